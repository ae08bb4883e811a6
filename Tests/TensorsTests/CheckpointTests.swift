import Foundation
import TestSupport
import Tensors
import Testing

/// If these fail, weights are taken from the wrong tensor or shard, or a missing one is not reported.
struct CheckpointTests {
    private func shard(_ names: [String]) -> Data {
        var builder = SafetensorsBuilder()
        for name in names { builder.add(name, "F32", [2], [1, 2]) }
        return builder.data
    }

    private func withShards(
        index: String, _ shards: [String: [String]], _ body: (String) throws -> Void
    ) throws {
        try withTemporaryDirectory { folder in
            for (name, tensors) in shards { try shard(tensors).write(to: folder.appending(path: name)) }
            try Data(index.utf8).write(to: folder.appending(path: "model.safetensors.index.json"))
            try body(folder.path)
        }
    }

    @Test func readsShards() throws {
        let index = #"{"metadata":{},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#
        try withShards(index: index, ["1.safetensors": ["a"], "2.safetensors": ["b"]]) { folder in
            let weights = try Checkpoint(directory: folder).weights
            let (first, second) = (try weights["a"].tensor([2]), try weights["b"].tensor([2]))
            #expect(first.array == [1, 2] && second.array == [1, 2])
        }
    }

    @Test(arguments: [
        (#"{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#, "2.safetensors: found No such file"),
        (#"{"weight_map":{"a":"../1.safetensors"}}"#, "shard name"),
        (#"{"weight_map":{}}"#, "an empty weight_map"),
        (#"{"weight_map":"#, "no valid JSON"),
        (#"{}"#, "weight_map missing"),
    ])
    func refusesBrokenIndex(index: String, says: String) throws {
        try withShards(index: index, ["1.safetensors": ["a"]]) { folder in
            let error = #expect(throws: CheckpointError.self) { try Checkpoint(directory: folder) }
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }

    @Test func refusesATensorInTwoShards() throws {
        let index = #"{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#
        try withShards(index: index, ["1.safetensors": ["a"], "2.safetensors": ["a", "b"]]) { folder in
            let error = #expect(throws: CheckpointError.self) { try Checkpoint(directory: folder) }
            #expect(error?.subject == "a" && error?.expected == "each tensor once")
        }
    }

    @Test func namesMissingMisshapenAndLeftOverTensors() throws {
        try withTemporaryDirectory { folder in
            try shard(["layer.a", "layer.b", "dead.c"]).write(to: folder.appending(path: "model.safetensors"))
            let checkpoint = try Checkpoint(directory: folder.path)
            let layer = checkpoint.weights["layer"]
            let missing = #expect(throws: CheckpointError.self) { try layer["x"].tensor([2]) }
            #expect(missing?.description.hasSuffix("model.safetensors: layer.x: found no such tensor, expected one of shape [2]") == true)
            let misshapen = #expect(throws: CheckpointError.self) { try layer["a"].matrix(rows: 1, columns: 2) }
            #expect(misshapen?.description.hasSuffix("layer.a: found shape [2], expected [1, 2]") == true)
            #expect(checkpoint.leftOver { $0.hasPrefix("dead.") }.map(\.subject) == ["layer.b"])
        }
    }

    @Test func inspectionCollectsProblems() throws {
        try withTemporaryDirectory { folder in
            try shard(["a"]).write(to: folder.appending(path: "model.safetensors"))
            let checkpoint = try Checkpoint(directory: folder.path, policy: .collecting)
            let stand = try checkpoint.weights["x"].tensor([3])
            #expect(stand.array == [0, 0, 0])
            _ = try checkpoint.weights["a"].tensor([3])
            #expect(checkpoint.problems.compactMap(\.subject) == ["x", "a"])
        }
    }
}
