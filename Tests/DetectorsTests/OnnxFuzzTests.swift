import Detectors
import Foundation
import TestSupport
import Tensors
import Testing

/// If this fails, a damaged or malicious ONNX file crashes the program or keeps it busy.
struct OnnxFuzzTests {
    /// Upper bound on the multiply-adds for running a damaged model.
    private static let runnable = 1 << 24

    /// Thousands of damaged files: each is read or refused, and models that are read can run.
    @Test(arguments: [("mixed", 800), ("yolov5", 300), ("operators-movements", 500), ("operators-functions", 300), ("suppression", 300)])
    func mutatedFilesAreRunOrRefused(name: String, count: Int) throws {
        let original = [UInt8](try Data(contentsOf: URL(filePath: OnnxProgramTests.fixture(name + ".onnx"))))
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "m.onnx").path
            var random = SeededGenerator(seed: 17), read = 0, run = 0
            for _ in 0..<count {
                try Data(mutated(original, using: &random)).write(to: URL(filePath: path))
                do {
                    let program = try OnnxProgram(path: path, height: 16, width: 16)
                    read += 1
                    guard program.work < Self.runnable else { continue }
                    let inputs = program.inputShapes.reduce(into: [:]) { inputs, input in
                        inputs[input.name] = Tensor(input.shape) { $0.update(repeating: 0.5) }
                    }
                    run += try program(inputs).isEmpty ? 0 : 1
                } catch is CheckpointError {}
            }
            #expect(read > 0 && run > 0 && read < count)
        }
    }
}
