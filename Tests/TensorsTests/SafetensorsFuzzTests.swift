import Foundation
import TestSupport
import Tensors
import Testing

/// If these fail, a damaged or malicious checkpoint ends the program, or is read beyond its end.
struct SafetensorsFuzzTests {
    /// Thousands of damaged files: each is read or refused, and what is read lies within the file.
    @Test func mutatedFilesAreReadOrRefused() throws {
        var builder = SafetensorsBuilder()
        builder.add("a.weight", "F32", [3, 4], pattern(12, seed: 1))
        builder.add("b", "F16", [5], pattern(5, seed: 2))
        builder.add("c", "BF16", [2, 1, 2], pattern(4, seed: 3))
        let original = Array(builder.data)
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "m.safetensors").path
            var random = SeededGenerator(seed: 20)
            var read = 0
            for _ in 0..<4000 {
                try Data(mutated(original, using: &random)).write(to: URL(filePath: path))
                do {
                    let file = try SafetensorsFile(path: path)
                    for name in file.entries.keys { #expect(file.tensor(name) != nil) }
                    read += 1
                } catch is CheckpointError {}
            }
            #expect(read > 0 && read < 4000)
        }
    }
}
