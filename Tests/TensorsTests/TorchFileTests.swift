import Foundation
import TestSupport
import Tensors
import Testing

/// What a user loses when these fail: the original authors' `.pt` checkpoints, or the safety of opening one.
struct TorchFileTests {
    private func fixture(_ name: String) -> String { Fixtures.path("torch/\(name)") }

    @Test func tensorsAreThoseSafetensorsHolds() throws {
        let file = try TorchFile(path: fixture("state.pt"))
        let expected = try SafetensorsFile(path: fixture("state.safetensors"))
        #expect(file.tensors.count == 10 && Set(file.tensors.keys) == Set(expected.entries.keys))
        for (name, tensor) in expected.entries {
            #expect(file.tensors[name]?.dataType == tensor.dataType, "\(name)")
            #expect(file.tensors[name]?.shape == tensor.shape, "\(name)")
            #expect(file.tensors[name]?.tensor.array == tensor.tensor.array, "\(name)")
        }
    }

    @Test func aStateDictionaryAloneIsRead() throws {
        let file = try TorchFile(path: fixture("parameters.pt"))
        let expected = try SafetensorsFile(path: fixture("state.safetensors")).tensor("a.weight")
        #expect(file.tensors.keys.sorted() == ["weight"])
        #expect(file.tensors["weight"]?.tensor.array == expected?.array)
    }

    /// A layer finds tensors of a `.pt` as it finds those of a folder.
    @Test func aCheckpointOfItsTensorsServesLayers() throws {
        let file = try TorchFile(path: fixture("state.pt"))
        let checkpoint = Checkpoint(file: file.path, tensors: file.tensors)
        #expect(try checkpoint.weights["a"]["weight"].tensor([3, 4]).array == file.tensors["a.weight"]?.tensor.array)
        #expect(checkpoint.leftOver { !$0.hasPrefix("ro") }.map(\.subject) == ["rows"])
        let error = #expect(throws: CheckpointError.self) { try checkpoint.weights["half"].tensor([4]) }
        #expect(error?.file == file.path && error?.found == "shape [5]")
    }

    @Test(arguments: [
        ("transposed.pt", "turned: found strides [1, 4] for shape [4, 3], expected a contiguous tensor"),
        ("integers.pt", "count: found torch.LongStorage, expected one of torch.BFloat16Storage, torch.FloatStorage, torch.HalfStorage"),
        ("legacy.pt", "found no zip archive, expected a file written by torch.save since PyTorch 1.6"),
        ("compressed.pt", "found a compressed file, expected a stored one"),
        ("command.pt", "command/data.pkl: found a call of "),
        ("state.safetensors", "found no zip archive, expected a file written by torch.save since PyTorch 1.6"),
        ("absent.pt", "found No such file or directory, expected a readable file"),
    ])
    func whatIsNoStateDictionaryIsRefused(_ name: String, _ message: String) {
        let error = #expect(throws: CheckpointError.self) { try TorchFile(path: fixture(name)) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "none")")
        #expect(!FileManager.default.fileExists(atPath: "executed-by-a-checkpoint"))
    }

    /// Pickles that torch.save never writes: each is refused without a crash, however deep it nests.
    @Test(arguments: [
        [], [0x80, 4, 0x4E, 0x2E], [0x2E], [0x74, 0x2E], [0x30], [0x80, 2, 0x28, 0x2E], [0x68, 9, 0x2E],
        [0x6A, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], [0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x61],
        [0x8A, 9] + [UInt8](repeating: 1, count: 9), [0x63] + Array("os\nsystem".utf8),
        Array("cos\nsystem\n(X\u{2}\u{0}\u{0}\u{0}lstR.".utf8), Array("}(K\u{1}u.".utf8), Array("]K\u{1}s.".utf8), Array("K\u{1}Q.".utf8),
        Array("K\u{1}}b.".utf8), Array(")ccollections\nOrderedDict\nR.".utf8),
    ] as [[UInt8]])
    func otherPicklesAreRefused(_ pickle: [UInt8]) {
        #expect(throws: CheckpointError.self) { try read(pickle) }
    }

    @Test func deepNestingIsNoDanger() throws {
        let depth = 2_000_000
        let tuples = try read([0x29] + [UInt8](repeating: 0x85, count: depth) + [0x2E])
        #expect(tuples.sequences.count == depth + 1)
        // A dictionary that holds itself.
        let cycle = try read(Array("}q\u{0}K\u{1}h\u{0}s.".utf8))
        #expect(cycle.pairs(cycle.root)?.first?.value == cycle.root)
        let marks = [UInt8](repeating: 0x28, count: depth) + [0x2E]
        #expect(throws: CheckpointError.self) { try read(marks) }
    }

    @Test(arguments: [
        ([0x8A, 0], 0), ([0x8A, 1, 0xFF], -1), ([0x8A, 2, 0xFF, 0x00], 255), ([0x8A, 8] + [UInt8](repeating: 0xFF, count: 8), -1),
        ([0x4A, 0xFE, 0xFF, 0xFF, 0xFF], -2), ([0x4D, 0x34, 0x12], 0x1234),
    ] as [([UInt8], Int)])
    func integersAreRead(_ bytes: [UInt8], _ value: Int) throws {
        #expect(try read(bytes + [0x2E]).root == .integer(value))
    }

    private func read(_ pickle: [UInt8]) throws -> Pickle {
        try pickle.withUnsafeBytes { bytes in
            try PickleReader.read(bytes) { CheckpointError(file: "test", found: $0, expected: $1) }
        }
    }

    /// Thousands of damaged files: each is read or refused, and what is read lies within the file.
    @Test(arguments: ["state.pt", "parameters.pt"])
    func mutatedFilesAreReadOrRefused(_ name: String) throws {
        let original = Array(try Data(contentsOf: URL(filePath: fixture(name))))
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "m.pt").path
            var random = SeededGenerator(seed: 6)
            var read = 0
            for _ in 0..<4000 {
                // Half the files are damaged where decisions are made: in the directory at the end.
                var bytes = original
                if Bool.random(using: &random) {
                    bytes.removeLast(700)
                    bytes += mutated(Array(original.suffix(700)), using: &random)
                } else {
                    bytes = mutated(bytes, using: &random)
                }
                try Data(bytes).write(to: URL(filePath: path))
                do {
                    for tensor in try TorchFile(path: path).tensors.values {
                        #expect(tensor.tensor.count == tensor.shape.reduce(1, *))
                    }
                    read += 1
                } catch is CheckpointError {}
            }
            #expect(read > 0 && read < 4000)
        }
    }
}
