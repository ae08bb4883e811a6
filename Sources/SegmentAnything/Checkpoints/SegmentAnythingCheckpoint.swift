import Files
import Foundation
import Tensors

/// A SAM 2 or SAM 2.1 checkpoint in either layout: a directory as `facebook/sam2.1-hiera-*` is published on the hub
/// (`config.json` and `model.safetensors`), or the original authors' `.pt` file (or a directory with one), whose
/// configuration is a `config.json` beside it or, without one, that of the published size it has.
package struct SegmentAnythingCheckpoint: Sendable {
    package let configuration: SegmentAnythingConfiguration
    package let checkpoint: Checkpoint

    /// - Parameter path: of the directory or the `.pt` file.
    /// - Throws: `CheckpointError` when a file is missing or is not what it should be.
    package init(path: String) throws {
        if let file = FileStatus(path)?.isFolder == true ? Self.originalFile(in: path) : path {
            self = try Self(original: file)
        } else {
            configuration = try SegmentAnythingConfiguration(directory: path)
            checkpoint = try Checkpoint(directory: path)
        }
    }

    /// Reason why a checkpoint with memory cannot track; nil if it can.
    package var trackingProblem: CheckpointError? {
        guard let memory = configuration.memory else { return nil }
        do throws(CheckpointError) {
            try configuration.checkTracking(memory, path: checkpoint.weights.path)
            return nil
        } catch {
            return error
        }
    }

    /// The one `.pt` of a directory without tensors in the hub's layout.
    private static func originalFile(in directory: String) -> String? {
        let files = folderNames(directory) ?? []
        guard !files.contains(where: { $0.hasSuffix(".safetensors") }) else { return nil }
        let originals = files.filter { $0.hasSuffix(".pt") }
        return originals.count == 1 ? directory + "/" + originals[0] : nil
    }

    private init(original path: String) throws {
        let tensors = OriginalNames.renamed(try TorchFile(path: path).tensors)
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let file = (folder.hasSuffix("/") ? folder : folder + "/") + "config.json"
        configuration = try SegmentAnythingConfiguration(
            FileStatus(file) != nil
                ? ConfigurationFile(path: file)
                : ConfigurationFile(path: path, values: OriginalConfiguration.values(of: tensors, path: path)))
        checkpoint = Checkpoint(file: path, tensors: tensors)
    }
}
