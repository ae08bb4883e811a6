import Foundation
import TestSupport
import Tensors
import Testing

/// Layers with packed weights against the plain ones, which are tested against PyTorch: if these fail, detectors see other
/// things than were trained.
struct PackedLayersTests {
    private func largestDifference(_ output: Tensor, _ wanted: Tensor) -> Float {
        guard output.shape == wanted.shape else { return .infinity }
        return zip(output.array, wanted.array).reduce(0) { max($0, abs($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
    }

    /// Layers side by side with a scale, then activation and residual, for widths of whole and broken blocks.
    @Test(arguments: [(7, 5, 3), (50, 32, 16), (61, 33, 40)], ["F32", "F16"])
    func linearLayersSideBySide(sizes: (rows: Int, inputs: Int, outputs: Int), type: String) throws {
        let (rows, inputs, outputs) = sizes
        var builder = SafetensorsBuilder()
        for (number, name) in ["a", "b"].enumerated() {
            builder.add(name + ".weight", type, [outputs, inputs], pattern(outputs * inputs, seed: number))
            builder.add(name + ".bias", type, [outputs], pattern(outputs, seed: number + 9))
        }
        try withTemporaryDirectory { folder in
            try builder.data.write(to: folder.appending(path: "model.safetensors"))
            let weights = try Checkpoint(directory: folder.path).weights, parts = ["a", "b"].map { weights[$0] }
            let input = Tensor.random([rows, inputs], seed: 5), scale = Tensor.random([outputs], seed: 6)
            let residual = Tensor.random([rows, 2 * outputs], seed: 7)
            for bias in [true, false] {
                let plain = try parts.map { part in
                    Tensor.zeros([rows, outputs]).adding(
                        try Linear(part, inputs: inputs, outputs: outputs, bias: bias)(input), columnsScaledBy: scale)
                }
                let wanted = Tensor.concatenatingColumns(plain.map { $0.allColumns })
                let layer = try PackedLinear(parts, rows: rows, inputs: inputs, outputs: outputs, bias: bias, scale: scale)
                #expect(largestDifference(layer(input), wanted) < 2e-5)
                #expect(largestDifference(layer(input, residual: residual), wanted + residual) < 2e-5)
                let activated = Activation.gelu(wanted) + residual
                #expect(largestDifference(layer(input, activation: .gelu, residual: residual), activated) < 2e-5)
            }
        }
    }

    /// Weights that are rounded lose as much as their format does, scale and bias included.
    @Test(arguments: [(DataType.bf16, Float(0.01)), (.f16, 0.002), (.q8, 0.02)])
    func weightsInOtherFormats(format: DataType, share: Float) throws {
        let (rows, inputs, outputs) = (40, 192, 48)
        var builder = SafetensorsBuilder()
        builder.add("weight", "F32", [outputs, inputs], Tensor.random([outputs, inputs], seed: 3).array)
        builder.add("bias", "F32", [outputs], pattern(outputs, seed: 4))
        try withTemporaryDirectory { folder in
            try builder.data.write(to: folder.appending(path: "model.safetensors"))
            let weights = try Checkpoint(directory: folder.path).weights
            func layer(_ format: DataType) throws -> PackedLinear {
                try PackedLinear(weights, rows: rows, inputs: inputs, outputs: outputs, scale: .random([outputs], seed: 6), format: format)
            }
            let input = Tensor.random([rows, inputs], seed: 5), residual = Tensor.random([rows, outputs], seed: 7)
            let wanted = try layer(.f32)(input, activation: .gelu, residual: residual)
            let difference = try largestDifference(layer(format)(input, activation: .gelu, residual: residual), wanted)
            let largest = wanted.array.reduce(0) { max($0, abs($1)) }
            #expect(difference > 0 && difference < share * largest)
        }
    }

    /// Convolutions of PyTorch's own numbers, and depthwise ones whose channels are no whole block.
    @Test func convolutionsOfMaps() throws {
        let weights = try Checkpoint(directory: Fixtures.path("layers")).weights
        let file = try SafetensorsFile(path: Fixtures.path("layers/model.safetensors"))
        func stored(_ name: String) throws -> Tensor { try #require(file.tensor(name)) }
        let input = try stored("same.input")
        let same = try PackedConvolution(
            weights["same"], height: input.shape[0], width: input.shape[1], inputs: 5, outputs: 7, kernel: 3)
        #expect(largestDifference(same(input), try stored("same.output")) < 4e-6)
        let map = try stored("depthwise.input")
        let depthwise = try PackedConvolution(
            weights["depthwise"], height: map.shape[0], width: map.shape[1], inputs: 9, outputs: 9, kernel: 7, isDepthwise: true)
        #expect(largestDifference(depthwise(map), try stored("depthwise.output")) < 4e-6)
    }
}
