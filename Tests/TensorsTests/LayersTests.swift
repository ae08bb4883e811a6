import Foundation
import Tensors
import Testing

/// Layers against their definitions in double precision: if these fail, every caption comes from wrong numbers.
struct LayersTests {
    @Test func layerNorm() throws {
        let width = 45, rows = 3
        let input = pattern(rows * width, seed: 3), weight = pattern(width, seed: 4), bias = pattern(width, seed: 5)
        try withWeights([("n.weight", "F32", [width], weight), ("n.bias", "F32", [width], bias)]) { weights in
            let output = try LayerNorm(weights["n"], width: width, epsilon: 1e-6)(Tensor([rows, width], values: input)).array
            for row in 0..<rows {
                let line = input[row * width..<(row + 1) * width].map(Double.init)
                let mean = line.reduce(0, +) / Double(width)
                let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
                for column in 0..<width {
                    let exact = (line[column] - mean) / (variance + 1e-6).squareRoot() * Double(weight[column]) + Double(bias[column])
                    #expect(abs(exact - Double(output[row * width + column])) < 1e-5)
                }
            }
        }
    }

    @Test func rmsNorm() throws {
        let width = 45, input = pattern(45, seed: 6), weight = pattern(45, seed: 7)
        try withWeights([("n.weight", "BF16", [width], weight)]) { weights in
            let output = try RMSNorm(weights["n"], width: width, epsilon: 1e-5)(Tensor([1, width], values: input)).array
            let square = input.reduce(0) { $0 + Double($1) * Double($1) } / Double(width)
            for column in 0..<width {
                let exact = Double(input[column]) / (square + 1e-5).squareRoot() * Double(weight[column])
                #expect(abs(exact - Double(output[column])) < 1e-5)
            }
        }
    }

    @Test(arguments: Activation.allCases)
    func activation(_ activation: Activation) {
        let inputs = (-400...400).map { Float($0) / 20 } + [-1e4, 1e4, 0]
        let outputs = activation(Tensor([inputs.count], values: inputs)).array
        for (input, output) in zip(inputs.map(Double.init), outputs) {
            let exact: Double =
                switch activation {
                case .geluTanh: 0.5 * input * (1 + tanh((2 / Double.pi).squareRoot() * (input + 0.044715 * input * input * input)))
                case .gelu: 0.5 * input * (1 + erf(input / 2.squareRoot()))
                case .silu: input / (1 + exp(-input))
                case .relu: max(0, input)
                }
            #expect(abs(exact - Double(output)) <= 2e-6 * max(1, abs(exact)), "\(activation)(\(input))")
        }
    }

    @Test func siluMultiplyIsSiluTimesUp() {
        let gate = pattern(37, seed: 8), up = pattern(37, seed: 9)
        let output = siluMultiply(gate: Tensor([37], values: gate), up: Tensor([37], values: up)).array
        for index in 0..<37 {
            let exact = Double(gate[index]) / (1 + exp(-Double(gate[index]))) * Double(up[index])
            #expect(abs(exact - Double(output[index])) < 1e-6)
        }
    }

    @Test func embeddingCopiesRows() throws {
        try withWeights([("e.weight", "F16", [3, 2], [1, 2, 3, 4, 5, 6])]) { weights in
            let embedding = try Embedding(weights["e"], count: 3, width: 2)
            #expect(embedding([2, 0, 2]).array == [5, 6, 1, 2, 5, 6])
        }
    }

    @Test func patchEmbeddingReadsWholePatchesInRowOrder() throws {
        // One channel, patches of 2: weights that pick each corner show which pixel went where.
        let corners: [Float] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
        try withWeights([("p.weight", "F32", [4, 1, 2, 2], corners), ("p.bias", "F32", [4], [0, 0, 0, 0])]) { weights in
            let layer = try PatchEmbedding(weights["p"], channels: 1, patchSize: 2, width: 4)
            let pixels = Tensor([1, 5, 5], values: (0..<25).map(Float.init))
            #expect(layer(pixels).array == [0, 1, 5, 6, 2, 3, 7, 8, 10, 11, 15, 16, 12, 13, 17, 18])
        }
    }
}
