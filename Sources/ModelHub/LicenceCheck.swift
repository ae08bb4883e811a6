import Files
import Foundation
import Imaging
import ModelCache

/// Shows the licence of a model's weights once, and requires acceptance if it is non-commercial.
struct LicenceCheck {
    let repository: CachedRepository
    /// Nil if the model card has none.
    let licence: ModelLicence?

    /// - Parameter notice: called with a message for the user.
    /// - Throws: `InputError` of category `usage` if it must be accepted and was not.
    func run(accepts: Bool, notice: (String) -> Void) throws {
        let name = licence?.name ?? "none"
        guard repository.toldLicence != name else { return }
        let link = licence?.link.map { " (\($0))" } ?? ""
        guard let licence else {
            notice("\(repository.name): the model card names no licence")
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
