import Foundation
import Synchronization

/// The tensors of one folder of a checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json`
/// lists. It remembers which tensors were asked for, so that those nobody wanted can be named.
package final class Checkpoint: TensorSource {
    package let directory: String
    private let files: [SafetensorsFile]
    /// Index into `files` of each tensor.
    private let places: [String: Int]
    private let state = Mutex(State())

    private struct State {
        var asked: Set<String> = []
        var problems: [CheckpointError] = []
    }

    /// What to do about a tensor that is missing or misshapen.
    package enum Policy: Sendable {
        /// Throw: the model is going to be used.
        case strict
        /// Note it and stand in zeros: the checkpoint is being inspected, and every problem is wanted.
        case collecting
    }

    let policy: Policy

    /// - Throws: `CheckpointError` when there are no tensors, a shard is missing or a file is not what it should be.
    package init(directory: String, policy: Policy = .strict) throws {
        self.directory = directory
        self.policy = policy
        let single = directory + "/model.safetensors"
        let index = single + ".index.json"
        if FileManager.default.fileExists(atPath: index) {
            let shards = try Self.shardNames(index)
            files = try shards.map { try SafetensorsFile(path: directory + "/" + $0) }
        } else {
            files = [try SafetensorsFile(path: single)]
        }
        var places: [String: Int] = [:]
        for (position, file) in files.enumerated() {
            for name in file.entries.keys {
                if let other = places.updateValue(position, forKey: name) {
                    throw CheckpointError(
                        file: file.path, subject: name, found: "a tensor that \(files[other].path) has as well",
                        expected: "each tensor once")
                }
            }
        }
        self.places = places
    }

    /// The names of the shard files, in order.
    private static func shardNames(_ path: String) throws -> [String] {
        struct Index: Decodable { let weight_map: [String: String] }
        let names: Set<String>
        do {
            names = Set(try JSONDecoder().decode(Index.self, from: Data(contentsOf: URL(filePath: path))).weight_map.values)
        } catch {
            throw CheckpointError(
                file: path, found: briefly(error), expected: "an object whose weight_map gives each tensor's file")
        }
        // A shard lies beside its index: a name that leads elsewhere is not one.
        for name in names where name.contains("/") || name.isEmpty {
            throw CheckpointError(file: path, found: "shard name \"\(name)\"", expected: "a file name in the same folder")
        }
        guard !names.isEmpty else {
            throw CheckpointError(file: path, found: "an empty weight_map", expected: "each tensor's file")
        }
        return names.sorted()
    }

    package func contains(_ name: String) -> Bool { places[name] != nil }

    /// A tensor's bytes; marks it as asked for.
    package func find(_ name: String, shape: [Int]) throws -> (bytes: MappedBytes, dataType: DataType) {
        state.withLock { _ = $0.asked.insert(name) }
        let problem: CheckpointError
        if let place = places[name], let entry = files[place].entries[name] {
            if entry.shape == shape { return (files[place].bytes(of: entry), entry.dataType) }
            problem = CheckpointError(
                file: files[place].path, subject: name, found: "shape \(entry.shape)", expected: "\(shape)")
        } else {
            let file = files.count == 1 ? files[0].path : directory
            problem = CheckpointError(file: file, subject: name, found: "no such tensor", expected: "one of shape \(shape)")
        }
        var size = DataType.f32.byteCount
        for dimension in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            guard policy == .collecting, !overflow else { throw problem }
            size = product
        }
        guard let zeros = ZeroPages(count: size) else { throw problem }
        state.withLock { $0.problems.append(problem) }
        return (zeros.bytes.slice(0..<size), .f32)
    }

    /// Tensors nobody asked for whose names `isDead` does not expect, in order.
    package func leftOver(isDead: (String) -> Bool) -> [CheckpointError] {
        let asked = state.withLock { $0.asked }
        return places.keys.filter { !asked.contains($0) && !isDead($0) }.sorted().map { name in
            CheckpointError(
                file: files[places[name] ?? 0].path, subject: name, found: "a tensor the model has no place for",
                expected: "only tensors its configuration asks for")
        }
    }

    /// What `Policy.collecting` noted so far.
    package var problems: [CheckpointError] { state.withLock { $0.problems } }

    /// Number of parameters and bytes stored, by dtype.
    package var sizes: [DataType: (parameters: Int, bytes: Int)] {
        var result: [DataType: (parameters: Int, bytes: Int)] = [:]
        for entry in files.flatMap(\.entries.values) {
            let bytes = entry.byteRange.count
            let old = result[entry.dataType] ?? (0, 0)
            result[entry.dataType] = (old.parameters + bytes / entry.dataType.byteCount, old.bytes + bytes)
        }
        return result
    }

    package var tensorCount: Int { places.count }
    package var fileCount: Int { files.count }
}
