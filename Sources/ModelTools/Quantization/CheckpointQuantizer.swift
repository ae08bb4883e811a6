import DescribeAnything
import Files
import Foundation
import Imaging
import SegmentAnything
import Tensors

/// Writes a checkpoint directory with its weights in other formats. The new directory loads like any other; its quantised
/// matrices are stored in the kernels' tile layout.
package struct CheckpointQuantizer: Sendable {
    /// Paths of the source checkpoint and of the new one, as given.
    package let directory: String
    package let output: String
    /// True for a checkpoint of SAM 2, false for one of DAM.
    package let isSegmentAnything: Bool
    private let source: CheckpointConversion
    private let overwrites: Bool

    /// - Parameters:
    ///   - directory: a checkpoint of DAM, or of SAM 2 in either layout.
    ///   - vision: format of the vision tower, context provider and projector, or of SAM 2.
    ///   - language: format of the language model, which SAM 2 does not have; nil for `q8`.
    ///   - overwrites: true to replace an existing checkpoint at `output`.
    /// - Throws: `InputError`, before anything is written: `unusableModel` for a checkpoint that does not load, `outputExists`,
    ///   `usage` if one directory lies within the other or a language format is given for SAM 2, `inputOutput` if the destination
    ///   is not writable.
    package init(
        _ directory: String, to output: String, vision: WeightFormat, language: WeightFormat? = nil, overwrites: Bool = false
    ) throws {
        (self.directory, self.output, self.overwrites) = (directory, output, overwrites)
        let isSegmentAnything = SegmentAnythingCheckpoint.isSegmentAnything(directory)
        self.isSegmentAnything = isSegmentAnything
        guard !isSegmentAnything || language == nil else {
            throw InputError(.usage, "\(directory): found SAM 2, which has no language model, expected a format of its weights alone")
        }
        try CheckpointFolder.check(output, apartFrom: directory, overwrites: overwrites)
        source = try InputError.translating {
            isSegmentAnything
                ? try CheckpointConversion(segmentAnything: directory, to: vision.dataType)
                : try CheckpointConversion(
                    directory: directory, vision: vision.dataType, language: (language ?? .q8).dataType)
        }
    }

    /// Converts tensor by tensor into a temporary folder, which is renamed to `output` when complete.
    /// - Parameter progress: called before each tensor is converted; an error it throws ends the conversion.
    /// - Throws: `InputError`: `unusableModel` if a file cannot be read or a tensor cannot have the format, `inputOutput`. The
    ///   incomplete directory is then removed.
    package func callAsFunction(progress: (QuantizationProgress) throws -> Void = { _ in }) throws -> QuantizationReport {
        let claim = try OutputClaim(output), pending = try PendingOutput(path: output)
        let report = try pending.writing { path in
            try InputError.translating {
                try write(to: path, progress)
                return QuantizationReport(
                    before: try CheckpointInspection(path: directory), after: try CheckpointInspection(path: path), output: output)
            }
        }
        try pending.commit(replaces: overwrites)
        withExtendedLifetime(claim) {}
        return report
    }

    private func write(to temporary: String, _ progress: (QuantizationProgress) throws -> Void) throws {
        let folder = FileStatus(directory)?.isFolder == true ? directory : nil
        try CheckpointFolder.copyCompanions(from: folder, to: temporary, folders: source.folders)
        if let configuration = source.configuration {
            try OutputFile.write(try configuration.encoded(), to: "\(temporary)/config.json", replaces: true)
        }
        let count = source.files.reduce(0) { $0 + $1.tensors.count }
        var done = 0, indices: [String: CheckpointIndex] = [:]
        for file in source.files {
            let layout = try layout(file)
            let tensors = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.stored) })
            try OutputFile.create("\(temporary)/\(file.path)") { append in
                try layout.header.withUnsafeBytes(append)
                for entry in layout.entries {
                    try progress(QuantizationProgress(part: file.folder.isEmpty ? file.name : file.folder, done: done, total: count))
                    guard let tensor = tensors[entry.name] else { continue }
                    try converted(tensor, entry, file).bytes.withUnsafeBytes(append)
                    tensor.bytes.releasePages()
                    done += 1
                }
            }
            indices[file.folder, default: CheckpointIndex()].add(layout, file: file.name)
        }
        for folder in source.indexed {
            let place = folder.isEmpty ? temporary : "\(temporary)/\(folder)"
            try indices[folder]?.write(to: "\(place)/\(CheckpointIndex.fileName)")
        }
        try progress(QuantizationProgress(part: nil, done: count, total: count))
    }

    private func layout(_ file: CheckpointConversion.File) throws -> SafetensorsLayout {
        try SafetensorsLayout(file.tensors.map { name, stored, target in
            guard let entry = SafetensorsLayout.Entry(name: name, dataType: target, shape: stored.shape) else {
                throw error(file, name, found: "shape \(stored.shape)", expected: "one that \(target.rawValue) can have")
            }
            return entry
        })
    }

    private func converted(
        _ tensor: StoredTensor, _ entry: SafetensorsLayout.Entry, _ file: CheckpointConversion.File
    ) throws -> StoredTensor {
        do {
            return try tensor.converted(to: entry.dataType)
        } catch let problem as InputError {
            throw InputError(.unusableModel, "\(directory)/\(file.path): \(entry.name): \(problem)")
        }
    }

    private func error(_ file: CheckpointConversion.File, _ name: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            file: "\(directory)/\(file.path)", subject: name, found: found, expected: expected)
    }
}
