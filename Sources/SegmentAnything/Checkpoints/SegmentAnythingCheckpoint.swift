import Files
import Foundation
import Tensors

/// A SAM 2 or SAM 2.1 checkpoint in either layout: a directory in the hub's layout, as `facebook/sam2.1-hiera-*` is published
/// (`config.json` and `model.safetensors`), or the original authors' `.pt` file (or a directory with one). The configuration of
/// the latter is an accompanying `config.json`, or else that of its published size.
package struct SegmentAnythingCheckpoint: Sendable {
    package let configuration: SegmentAnythingConfiguration
    package let checkpoint: Checkpoint
    /// The configuration derived from an original checkpoint or read from beside it; nil for the hub's layout.
    let derivedConfiguration: ConfigurationFile?

    /// - Parameter path: path of the directory or the `.pt` file.
    /// - Throws: `CheckpointError` if a file is missing or invalid.
    package init(path: String, policy: Checkpoint.Policy = .strict) throws {
        if let file = FileStatus(path)?.isFolder == true ? Self.originalFile(in: path) : path {
            self = try Self(original: file, policy)
        } else {
            configuration = try SegmentAnythingConfiguration(directory: path)
            checkpoint = try Checkpoint(directory: path, policy: policy)
            derivedConfiguration = nil
        }
    }

    /// True if a path looks like SAM 2 without reading tensors: a `.pt` file, a directory with one, or one whose configuration
    /// names SAM 2.
    package static func isSegmentAnything(_ path: String) -> Bool {
        guard FileStatus(path)?.isFolder == true else { return path.hasSuffix(".pt") }
        if originalFile(in: path) != nil { return true }
        guard let file = try? ConfigurationFile(path: path + "/config.json") else { return false }
        return [.text("sam2"), .text("sam2_video")].contains(file.present("model_type"))
    }

    /// Loads the model and discards it, as a check.
    /// - Throws: `CheckpointError` if anything is missing, unused, of the wrong shape or unsupported.
    func loadModel() throws {
        if let problem = try leftOver().first { throw problem }
    }

    /// Errors for tensors that loading the model from these files did not read.
    /// - Throws: `CheckpointError` if it does not load.
    func leftOver() throws -> [CheckpointError] {
        // A checkpoint whose memory parts do not fit can still segment images.
        if configuration.memory == nil || trackingProblem != nil {
            _ = try SegmentAnythingImageModel(checkpoint.weights, configuration)
            return checkpoint.leftOver(isDead: SegmentAnythingImageModel.isForTracking)
        }
        _ = try SegmentAnythingVideoModel(checkpoint.weights, configuration)
        return checkpoint.leftOver(isDead: SegmentAnythingVideoModel.isDead)
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

    /// The only `.pt` file of a directory without tensors in the hub's layout.
    private static func originalFile(in directory: String) -> String? {
        let files = folderNames(directory) ?? []
        guard !files.contains(where: { $0.hasSuffix(".safetensors") }) else { return nil }
        let originals = files.filter { $0.hasSuffix(".pt") }
        return originals.count == 1 ? directory + "/" + originals[0] : nil
    }

    private init(original path: String, _ policy: Checkpoint.Policy) throws {
        let tensors = OriginalNames.renamed(try TorchFile(path: path).tensors)
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let file = (folder.hasSuffix("/") ? folder : folder + "/") + "config.json"
        let values = try FileStatus(file) != nil
            ? ConfigurationFile(path: file)
            : ConfigurationFile(path: path, values: OriginalConfiguration.values(of: tensors, path: path))
        configuration = try SegmentAnythingConfiguration(values)
        derivedConfiguration = values
        checkpoint = Checkpoint(file: path, tensors: tensors, policy: policy)
    }
}
