import Detectors
import Foundation
import TestSupport
import Tensors
import Testing

/// ONNX graphs against ONNX Runtime's results (`Fixtures/detectors`): if these fail, a detector's results differ from its
/// authors'.
struct OnnxProgramTests {
    static func fixture(_ name: String) -> String { Fixtures.path("detectors/" + name) }

    /// Compares each output with that of ONNX Runtime for the same inputs.
    private func expectEqual(
        _ program: OnnxProgram, _ outputs: [Tensor], _ expected: SafetensorsFile, within tolerance: Float,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(outputs.count == program.outputNames.count, sourceLocation: sourceLocation)
        for (name, output) in zip(program.outputNames, outputs) {
            let wanted = try #require(expected.tensor("out." + name), sourceLocation: sourceLocation)
            #expect(output.shape == wanted.shape, "\(name)", sourceLocation: sourceLocation)
            // Numbers that are NaN or infinite in both are equal.
            let largest = zip(output.array, wanted.array).reduce(Float(0)) { largest, pair in
                pair.0 == pair.1 || pair.0.isNaN && pair.1.isNaN ? largest : max(largest, abs(pair.0 - pair.1))
            }
            #expect(largest < tolerance, "\(name): \(largest)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: ["operators-convolution", "operators-functions", "operators-movements", "suppression"])
    func operators(sheet: String) throws {
        let program = try OnnxProgram(path: Self.fixture(sheet + ".onnx"))
        let file = try SafetensorsFile(path: Self.fixture(sheet + ".safetensors"))
        let inputs = program.inputShapes.reduce(into: [:]) { $0[$1.name] = file.tensor("in." + $1.name) }
        try expectEqual(program, try program(inputs), file, within: 5e-5)
    }

    @Test(arguments: [
        ("yolov5", "yolov5"), ("yolov8", "yolov8"), ("yolov8-half", "yolov8-half"), ("yolov8-external", "yolov8"),
        ("yolov8-seg", "yolov8-seg"), ("yolo11", "yolo11"), ("end-to-end", "end-to-end"), ("yolox", "yolox"),
        ("yolox-decoded", "yolox-decoded"), ("mixed", "mixed"),
    ])
    func families(name: String, expected: String) throws {
        let program = try OnnxProgram(path: Self.fixture(name + ".onnx"), height: 64, width: 64)
        let picture = try #require(try SafetensorsFile(path: Self.fixture("picture.safetensors")).tensor("in.images"))
        let input = name.hasPrefix("yolox") ? picture.mapped { $0 * 255 } : picture
        let file = try SafetensorsFile(path: Self.fixture(expected + ".safetensors"))
        try expectEqual(program, try program(["images": input]), file, within: 1e-3)
    }

    /// One program used by several threads: buffers belong to a run.
    @Test func runsAreIndependent() async throws {
        let program = try OnnxProgram(path: Self.fixture("mixed.onnx"), height: 64, width: 64)
        func run(_ seed: Int) throws -> [Float] {
            let values = (0..<3 * 64 * 64).map { Float(($0 &* 31 &+ seed) % 97) / 97 }
            return try program(["images": Tensor([1, 3, 64, 64], values: values)]).flatMap(\.array)
        }
        let alone = try (0..<4).map { try run($0) }
        let together = try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for seed in 0..<4 { group.addTask { (seed, try run(seed)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for seed in 0..<4 { #expect(together[seed] == alone[seed]) }
    }

    @Test func openSizesTakeTheGivenOnes() throws {
        let path = Self.fixture("mixed.onnx")
        #expect(try OnnxProgram(path: path, height: 32, width: 96).inputShapes.map(\.shape) == [[1, 3, 32, 96]])
        #expect(throws: CheckpointError.self) { try OnnxProgram(path: path) }
    }
}
