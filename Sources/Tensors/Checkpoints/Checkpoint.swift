import Files
import Foundation
import Imaging
import Synchronization

/// The tensors of a checkpoint: those of a folder with `model.safetensors` or the shards that `model.safetensors.index.json`
/// lists, or those of another file. It records which tensors are requested, so that unused ones can be reported.
package final class Checkpoint: TensorSource {
    /// Path of the folder, or of the file.
    package let directory: String
    /// True if the folder has an index of its files.
    package let isIndexed: Bool
    /// Paths of the files.
    private let files: [String]
    /// Each tensor, with the index of its file in `files`.
    private let places: [String: (file: Int, tensor: StoredTensor)]
    private let state = Mutex(State())

    private struct State {
        var asked: Set<String> = []
        var problems: [CheckpointError] = []
    }

    /// Policy for a tensor that is missing or has the wrong shape.
    package enum Policy: Sendable {
        /// Throws, for a model that is to be used.
        case strict
        /// Records the error and substitutes zeros, for an inspection that lists every problem.
        case collecting
    }

    let policy: Policy

    /// - Throws: `CheckpointError` if there are no tensors, a shard is missing or a file is invalid.
    package init(directory: String, policy: Policy = .strict) throws {
        self.directory = directory
        self.policy = policy
        let single = directory + "/model.safetensors"
        let index = single + ".index.json"
        isIndexed = FileStatus(index) != nil
        if isIndexed {
            let shards = try Self.shardNames(index)
            files = shards.map { directory + "/" + $0 }
        } else {
            files = [single]
        }
        var places: [String: (file: Int, tensor: StoredTensor)] = [:]
        for (position, path) in files.enumerated() {
            for (name, tensor) in try SafetensorsFile(path: path).entries {
                if let other = places.updateValue((position, tensor), forKey: name) {
                    throw CheckpointError(
                        file: path, subject: name, found: "a tensor that \(files[other.file]) has as well",
                        expected: "each tensor once")
                }
            }
        }
        self.places = places
    }

    /// - Parameters:
    ///   - file: path of the file with the tensors.
    ///   - tensors: the tensors under the names that the model requests.
    package init(file: String, tensors: [String: StoredTensor], policy: Policy = .strict) {
        directory = file
        isIndexed = false
        self.policy = policy
        files = [file]
        places = tensors.mapValues { (0, $0) }
    }

    /// Names of the shard files, sorted.
    private static func shardNames(_ path: String) throws -> [String] {
        struct Index: Decodable { let weight_map: [String: String] }
        let names: Set<String>
        do {
            names = Set(try JSONDecoder().decode(Index.self, from: fileContents(path) ?? Data()).weight_map.values)
        } catch {
            throw CheckpointError(
                file: path, found: briefly(error), expected: "an object whose weight_map gives each tensor's file")
        }
        // Shards must be in the index's folder; other paths are refused.
        for name in names where name.contains("/") || name.isEmpty {
            throw CheckpointError(file: path, found: "shard name \"\(name)\"", expected: "a file name in the same folder")
        }
        guard !names.isEmpty else {
            throw CheckpointError(file: path, found: "an empty weight_map", expected: "each tensor's file")
        }
        return names.sorted()
    }

    package var path: String { directory }

    package func contains(_ name: String) -> Bool { places[name] != nil }

    /// A tensor's bytes; marks it as used.
    package func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType) {
        state.withLock { _ = $0.asked.insert(name) }
        let problem: CheckpointError
        if let (file, tensor) = places[name] {
            if tensor.shape == shape { return (tensor.bytes, tensor.dataType) }
            problem = CheckpointError(
                file: files[file], subject: name, found: "shape \(tensor.shape)", expected: "\(shape)")
        } else {
            let file = files.count == 1 ? files[0] : directory
            problem = CheckpointError(file: file, subject: name, found: "no such tensor", expected: "one of shape \(shape)")
        }
        guard policy == .collecting, let size = DataType.f32.byteCount(of: shape), let zeros = MappedPages(zeros: size) else {
            throw problem
        }
        state.withLock { $0.problems.append(problem) }
        return (zeros.bytes.slice(0..<size), .f32)
    }

    /// Errors for unused tensors for which `isDead` is false, in order.
    package func leftOver(isDead: (String) -> Bool) -> [CheckpointError] {
        let asked = state.withLock { $0.asked }
        return places.keys.filter { !asked.contains($0) && !isDead($0) }.sorted().map { name in
            CheckpointError(
                file: files[places[name]?.file ?? 0], subject: name, found: "a tensor that the model does not use",
                expected: "only tensors that its configuration requires")
        }
    }

    /// Errors recorded so far under `Policy.collecting`.
    package var problems: [CheckpointError] { state.withLock { $0.problems } }

    /// Number of parameters and of bytes, by dtype.
    package var sizes: [DataType: (parameters: Int, bytes: Int)] {
        var result: [DataType: (parameters: Int, bytes: Int)] = [:]
        for (_, tensor) in places.values {
            let bytes = tensor.bytes.count
            let old = result[tensor.dataType] ?? (0, 0)
            result[tensor.dataType] = (old.parameters + tensor.shape.reduce(1, *), old.bytes + bytes)
        }
        return result
    }

    /// Name and tensors of each file, in order.
    package var shards: [(file: String, tensors: [String: StoredTensor])] {
        let inFile = Dictionary(grouping: places) { $0.value.file }
        return files.enumerated().map { number, path in
            let tensors = (inFile[number] ?? []).map { ($0.key, $0.value.tensor) }
            return (URL(filePath: path).lastPathComponent, Dictionary(uniqueKeysWithValues: tensors))
        }
    }

    package var tensorCount: Int { places.count }
    package var fileCount: Int { files.count }
}
