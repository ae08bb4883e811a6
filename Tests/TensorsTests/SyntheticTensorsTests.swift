import Tensors
import Testing

/// Random weights must be as harmless as trained ones: a NaN, an infinity or a denormal would measure something else.
struct SyntheticTensorsTests {
    @Test(arguments: DataType.allCases)
    func numbersAreAsLargeAsTrainedOnes(dataType: DataType) throws {
        let weights = SyntheticTensors(dataType, seed: 3).weights
        let matrix = try weights["layers.0.q_proj.weight"].tensor([300, 257])
        if dataType.isQuantized {
            let deviation = (matrix.array.reduce(0) { $0 + $1 * $1 } / Float(matrix.count)).squareRoot()
            #expect(abs(deviation - 0.024) < 0.001 && matrix.array.allSatisfy { abs($0) < 0.1 })
        } else {
            #expect(matrix.array.allSatisfy { abs($0) >= 1 / 64 && abs($0) < 1 / 32 })
        }
        let mean = matrix.array.reduce(0, +) / Float(matrix.count)
        #expect(abs(mean) < 0.001)
        let norm = try weights["norm.weight"].tensor([1000])
        #expect(norm.array.allSatisfy { (1..<2).contains($0) } && Set(norm.array).count > 50)
        #expect(try weights["q_proj.bias"].tensor([100]).array.contains { $0 < 0 })
    }

    @Test func theSameSeedAndNameGiveTheSameNumbers() throws {
        func numbers(_ name: String, seed: UInt64) throws -> [Float] {
            try SyntheticTensors(.f32, seed: seed).weights[name].tensor([70_001]).array
        }
        let first = try numbers("a", seed: 1)
        #expect(try numbers("a", seed: 1) == first)
        #expect(try numbers("b", seed: 1) != first)
        #expect(try numbers("a", seed: 2) != first)
        // Blocks of work must not repeat each other.
        #expect(first[0..<1000] != first[32_768..<33_768])
    }

    @Test func aShapeBeyondAllMemoryIsAnError() {
        let weights = SyntheticTensors(.f16).weights["huge"]
        #expect(throws: CheckpointError.self) { try weights.matrix(rows: Int.max / 4, columns: 1000) }
    }
}
