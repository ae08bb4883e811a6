import Files
import Foundation
import Imaging
import ModelCache

/// Finds models: by path, by hub name in the local cache, by environment variable, or the sample model next to the program.
public struct ModelStore: Sendable {
    /// Environment variable with the directory of a Describe Anything Model.
    public static let modelVariable = "DAMVIDEO_MODEL"
    /// Environment variable with the path of a SAM 2 checkpoint.
    public static let segmentationVariable = "DAMVIDEO_SAM"

    private let environment: [String: String]
    private let notice: @Sendable (String) -> Void

    /// - Parameters:
    ///   - environment: environment variables; by default those of the process.
    ///   - notice: called with a message if a text could mean two models.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.environment, self.notice) = (environment, notice)
    }

    /// Directory of a Describe Anything Model.
    public struct Location: Sendable, Equatable {
        public let directory: String
        /// True for the small bundled model, trained on the sample scenes.
        public let isSample: Bool
        /// Names of the model, the preferred one first: for a model in the hub's cache its name without and with the owner, and the
        /// short name if it has one; otherwise the folder's name.
        public let names: [String]

        init(directory: String, isSample: Bool = false) {
            (self.directory, self.isSample) = (directory, isSample)
            names = isSample ? ["damvideo-sample"] : Self.names(of: URL(filePath: directory).standardizedFileURL)
        }

        private static func names(of folder: URL) -> [String] {
            let snapshots = folder.deletingLastPathComponent()
            guard folder.lastPathComponent.isHash(digits: 40), snapshots.lastPathComponent == "snapshots",
                let name = ModelName(folder: snapshots.deletingLastPathComponent().lastPathComponent)
            else { return [folder.lastPathComponent] }
            return [name.name, name.identifier] + [RecommendedModel.of(name)?.shortName].compactMap(\.self)
        }
    }

    /// - Parameter path: a path or name from the user; nil for the environment variable, otherwise the bundled sample model.
    /// - Throws: `InputError` of category `unusableModel` if there is none.
    public func model(_ path: String?) throws -> Location {
        if let text = path ?? variable(Self.modelVariable) {
            return Location(directory: try place(text, of: [.describeAnything]))
        }
        if let directory = Self.sampleModel { return Location(directory: directory, isSample: true) }
        throw InputError(
            .unusableModel, "no model: expected --model or the variable \(Self.modelVariable) with a folder or a name (damvideo pull "
                + "dam-3b-video fetches one; the bundled model is found by a program that lies in its checkout)")
    }

    /// Path of a SAM 2 checkpoint.
    /// - Parameter path: a path or name; nil for the environment variable.
    /// - Throws: `InputError` of category `unusableModel` if there is none.
    public func segmentation(_ path: String?) throws -> String {
        if let text = path ?? variable(Self.segmentationVariable) { return try place(text, of: [.segmentAnything]) }
        throw InputError(.unusableModel, "no SAM 2 model: expected --sam DIR or the variable \(Self.segmentationVariable)")
    }

    /// Path of a detector.
    /// - Parameter path: a path or a name.
    /// - Throws: `InputError` of category `unusableModel` if there is none.
    public func detector(_ path: String) throws -> String { try place(path, of: [.rfDetr, .onnx]) }

    /// Path of a Describe Anything Model.
    /// - Parameter path: a path or a name.
    /// - Throws: `InputError` of category `unusableModel` if there is none.
    public func checkpoint(_ path: String) throws -> String { try place(path, of: [.describeAnything]) }

    /// Path of a model of any kind.
    /// - Parameter path: a path or a name.
    /// - Throws: `InputError` of category `unusableModel` if there is none.
    public func anyModel(_ path: String) throws -> String { try place(path, of: [.describeAnything, .segmentAnything, .rfDetr, .onnx]) }

    /// Path of a Describe Anything Model or of SAM 2.
    /// - Parameter path: a path or a name.
    /// - Throws: `InputError` of category `unusableModel` if there is none.
    public func checkpointOrSegmentation(_ path: String) throws -> String { try place(path, of: [.describeAnything, .segmentAnything]) }

    /// Resolves a text: the path itself if something is there or it is not a name, otherwise that of the model in the cache.
    private func place(_ text: String, of kinds: [ModelKind]) throws -> String {
        let cache = HubEnvironment(environment).cache
        guard let name = ModelName(text) else { return text }
        if FileStatus(text) != nil {
            if let other = cache.snapshot(name) {
                notice("\(text): read as a path; the model of that name in the cache is ignored (\(other.path))")
            }
            return text
        }
        guard let snapshot = cache.snapshot(name) else { throw absent(text, name, cache) }
        let files = try completeContents(snapshot, text)
        guard kinds.contains(files.kind) else {
            let expected = kinds.map(\.description).joined(separator: " or ")
            throw InputError(
                .unusableModel, text, found: "\(files.kind.description)", expected: "\(expected) (\(files.kind.option) takes this one)")
        }
        return files.mainFile.map { "\(snapshot.path)/\($0)" } ?? snapshot.path
    }

    private func completeContents(_ snapshot: CachedSnapshot, _ text: String) throws -> ModelFiles {
        do {
            return try snapshot.contents()
        } catch let error as InputError where error.category == .notFound {
            throw InputError(
                .unusableModel, text, found: "\(error.found ?? "not all files") in \(snapshot.path)",
                expected: "all of it (damvideo pull \(text) completes it)")
        }
    }

    private func absent(_ text: String, _ name: ModelName, _ cache: ModelCache) -> InputError {
        let others = cache.repository(name).references.map { "@\($0.revision)" }
        guard others.isEmpty else {
            return InputError(
                .unusableModel, text, found: "that model in \(cache.folder) only as \(others.joined(separator: ", "))",
                expected: "one of these after the name, or damvideo pull \(text) first")
        }
        return InputError(
            .unusableModel, text, found: "nothing at that path, and no model of that name in \(cache.folder)",
            expected: "one of them (damvideo pull \(text) fetches it)")
    }

    private func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// `Samples/model` in the nearest folder above the program that has one; nil if the program is not inside a checkout.
    /// Relative if inside the working directory, because it is recorded in documents.
    private static var sampleModel: String? {
        // Links are followed, so that a link from a folder in PATH finds the checkout too.
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
        DAM-3B-Video (damvideo pull dam-3b-video) and say --model dam-3b-video
        """
}
