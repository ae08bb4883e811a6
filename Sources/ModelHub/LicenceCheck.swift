import Files
import Foundation
import Imaging
import ModelCache

/// Tells the licence of a model's weights once, and asks for its acceptance where it is non-commercial.
struct LicenceCheck {
    let repository: CachedRepository
    /// Nil if the model's card says nothing.
    let licence: ModelLicence?

    /// - Parameter notice: takes a line for people.
    /// - Throws: `InputError` of category `usage` when it is to be accepted and is not.
    func run(accepts: Bool, notice: (String) -> Void) throws {
        let name = licence?.name ?? "none"
        guard repository.toldLicence != name else { return }
        let link = licence?.link.map { " (\($0))" } ?? ""
        guard let licence else {
            notice("\(repository.name): the model's card names no licence")
            return try remember(name)
        }
        guard !licence.isNonCommercial || accepts else {
            throw InputError(
                .usage, "\(repository.name)", found: "weights under the licence \"\(name)\"\(link), which is non-commercial",
                expected: "--accept-licence, after reading it")
        }
        notice("\(repository.name): the weights' licence is \(name)\(link)\(licence.isNonCommercial ? ", accepted" : "")")
        try remember(name)
    }

    private func remember(_ name: String) throws {
        try CacheFile.makeFolder(repository.folder)
        try OutputFile.write(Data(name.utf8), to: repository.licenceFile, replaces: true)
    }
}
