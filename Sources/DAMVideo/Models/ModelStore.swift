import Foundation
import Imaging

/// Finds models: at a given path, by an environment variable, or beside the program.
public struct ModelStore: Sendable {
    /// Environment variable with the directory of a Describe Anything Model.
    public static let modelVariable = "DAMVIDEO_MODEL"
    /// Environment variable with the path of a SAM 2 checkpoint.
    public static let segmentationVariable = "DAMVIDEO_SAM"

    private let environment: [String: String]

    /// - Parameter environment: variables; those of the process unless given.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

    /// Directory of a Describe Anything Model.
    public struct Location: Sendable, Equatable {
        public let directory: String
        /// True for the small model that comes with the project, trained on its sample scenes.
        public let isSample: Bool
    }

    /// - Parameter path: as a user gave it; nil for the variable's, else the bundled sample model.
    /// - Throws: `InputError` of category `unusableModel` when there is none.
    public func model(_ path: String?) throws -> Location {
        if let directory = path ?? variable(Self.modelVariable) { return Location(directory: directory, isSample: false) }
        if let directory = Self.sampleModel { return Location(directory: directory, isSample: true) }
        throw InputError(
            .unusableModel, "no model: expected --model DIR or the variable \(Self.modelVariable) (the README says where to "
                + "get one)")
    }

    /// Path of a SAM 2 checkpoint.
    /// - Throws: `InputError` of category `unusableModel` when there is none.
    public func segmentation(_ path: String?) throws -> String {
        if let path = path ?? variable(Self.segmentationVariable) { return path }
        throw InputError(.unusableModel, "no SAM 2 model: expected --sam DIR or the variable \(Self.segmentationVariable)")
    }

    private func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// `Samples/model` of the checkout the program was built in: of the nearest folder above the program that has one;
    /// nil when the program lies elsewhere. Relative where it lies in the working directory: it ends up in documents.
    private static var sampleModel: String? {
        // Links are followed: a link to the program from a folder of PATH finds the checkout too.
        var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "Samples/model")
            if FileManager.default.fileExists(atPath: candidate.appending(path: "config.json").path) {
                let here = FileManager.default.currentDirectoryPath + "/"
                return candidate.path.hasPrefix(here) ? String(candidate.path.dropFirst(here.count)) : candidate.path
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    /// Notice for users of the sample model.
    public static let sampleNotice = """
        no --model: using the bundled sample model, which understands only the sample scenes; for other footage get \
        DAM-3B-Video (hf download nvidia/DAM-3B-Video --local-dir DIR) and say --model DIR
        """
}
