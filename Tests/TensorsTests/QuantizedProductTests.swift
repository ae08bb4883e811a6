import CKernels
import TestSupport
import Tensors
import Testing

/// Captions from quantised weights are those of the weights as stored, whatever the processor.
struct QuantizedProductTests {
    /// Whole numbers of which each 64 have the same largest, so that 8 bits hold them exactly.
    private static func activations(_ rows: Int, _ columns: Int) -> [Float] {
        (0..<rows * columns).map { index in
            let column = index % columns
            return column % 64 == 0 ? 127 : Float((index &* 7919) % 255 - 127)
        }
    }

    private static func matrix(
        _ outputs: Int, _ columns: Int, _ format: DataType, _ values: [Float]? = nil
    ) throws -> StoredTensor {
        try withTemporaryDirectory { folder in
            var builder = SafetensorsBuilder()
            builder.add("w", "F32", [outputs, columns], values ?? pattern(outputs * columns, seed: 7))
            try builder.data.write(to: folder.appending(path: "m.safetensors"))
            let file = try SafetensorsFile(path: folder.appending(path: "m.safetensors").path)
            return try #require(file.entries["w"]).quantized(to: format)
        }
    }

    /// What a product is said to be of: with AMX and many rows, weights of the 8 bits that bfloat16 has.
    private static func multiplied(_ weights: Tensor, rows: Int, _ set: KernelInstructionSet) -> [Double] {
        weights.array.map { weight in
            guard set == KernelAMX, rows > KernelFewRows else { return Double(weight) }
            let bits = weight.bitPattern
            return Double(Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000))
        }
    }

    /// Every kernel, rows on both sides of each limit, and sizes that fill neither tiles nor pairs of them.
    @Test(arguments: QuantizationTests.formats, [1, 2, 3, 5, 8, 11, 12, 13, 16, 25, 40])
    func equalTheDefinition(format: DataType, rows: Int) throws {
        for (outputs, columns) in [(130, 200), (48, 64), (15, 63), (32, 321), (400, 1400)] {
            let weights = try Self.matrix(outputs, columns, format)
            let input = Self.activations(rows, columns)
            for set in KernelSets.ofProducts {
                let exact = Self.multiplied(weights.tensor, rows: rows, set)
                let product = matrixMultiply(Tensor([rows, columns], values: input), weights.matrix, instructions: set).array
                var worst = 0.0
                for row in 0..<rows {
                    for output in 0..<outputs {
                        var sum = 0.0, magnitude = 0.0
                        for column in 0..<columns {
                            let part = Double(input[row * columns + column]) * exact[output * columns + column]
                            sum += part
                            magnitude += abs(part)
                        }
                        worst = max(worst, abs(Double(product[row * outputs + output]) - sum) / magnitude)
                    }
                }
                #expect(worst < 1e-6, "instructions \(set.rawValue), \(outputs) x \(columns)")
            }
        }
    }

    /// Any numbers: 8 bits of their block's range are kept, with weights of 8 bits 15 of few rows, with which captions are
    /// generated, and of all rows where fewer would not be faster.
    @Test(arguments: [(DataType.q8, 20, Float(0.01)), (.q8, 16, 0.0001), (.q4, 20, 0.01), (.q4, 16, 0.01)])
    func losesNoMoreThanEightBits(format: DataType, rows: Int, error: Float) throws {
        let weights = try Self.matrix(64, 256, format)
        let input = Tensor.random([rows, 256], seed: 9)
        for set in KernelSets.ofProducts {
            let exact = matrixMultiply(input, WeightMatrix(weights.tensor))
            let found = matrixMultiply(input, weights.matrix, instructions: set)
            let scale = exact.array.map(abs).max() ?? 0
            let bound = format == .q8 && set == KernelAVX2 ? 0.0001 : error
            #expect(zip(found.array, exact.array).allSatisfy { abs($0 - $1) < bound * scale })
        }
    }

    /// A caption must not depend on which others are generated beside it.
    @Test(arguments: QuantizationTests.formats)
    func aRowAloneGetsTheSameBits(format: DataType) throws {
        let weights = try Self.matrix(75, 205, format), input = Tensor.random([16, 205], seed: 3)
        for set in KernelSets.ofProducts {
            let alone = (0..<16).map { matrixMultiply(input.rows($0..<$0 + 1), weights.matrix, instructions: set).array }
            for rows in 2...16 {
                let together = matrixMultiply(input.rows(0..<rows), weights.matrix, instructions: set).array
                #expect(together == Array(alone[..<rows].joined()), "instructions \(set.rawValue), \(rows) rows")
            }
        }
    }

    /// Reading a prompt's beginning gives what reading all of it does.
    @Test(arguments: QuantizationTests.formats)
    func manyRowsGetTheSameBitsWhateverTheirNumber(format: DataType) throws {
        let weights = try Self.matrix(75, 205, format), input = Tensor.random([70, 205], seed: 4)
        for set in KernelSets.ofProducts {
            let all = matrixMultiply(input, weights.matrix, instructions: set)
            for rows in [17, 32, 33] {
                let first = matrixMultiply(input.rows(0..<rows), weights.matrix, instructions: set)
                #expect(first.array == all.rows(0..<rows).array, "instructions \(set.rawValue), \(rows) rows")
            }
        }
    }

    /// A NaN shows where it came from, in its own row, and nothing else changes or stops.
    @Test(arguments: QuantizationTests.formats, [14, 34])
    func brokenActivationsStayInTheirRow(format: DataType, rows: Int) throws {
        let weights = try Self.matrix(40, 150, format)
        var input = Self.activations(rows, 150)
        for column in 0..<150 { input[9 * 150 + column] = 0 }
        for set in KernelSets.ofProducts {
            let whole = matrixMultiply(Tensor([rows, 150], values: input), weights.matrix, instructions: set)
            #expect(whole.rows(9..<10).array.allSatisfy { $0 == 0 })
            for number in [Float.nan, .infinity, -.infinity] {
                var broken = input
                broken[4 * 150 + 149] = number
                let found = matrixMultiply(Tensor([rows, 150], values: broken), weights.matrix, instructions: set)
                #expect(found.rows(4..<5).array.allSatisfy { $0.isNaN })
                #expect(found.rows(0..<4).array == whole.rows(0..<4).array)
                #expect(found.rows(5..<rows).array == whole.rows(5..<rows).array)
            }
        }
    }

    private static func layer(_ outputs: Int, _ columns: Int, _ format: DataType, seed: Int) throws -> Linear {
        let weights = pattern(outputs * columns, seed: seed), bias = Tensor([outputs], values: pattern(outputs, seed: seed + 1))
        guard format.isQuantized else { return Linear(weight: Tensor([outputs, columns], values: weights), bias: bias) }
        return Linear(weight: try matrix(outputs, columns, format, weights).matrix, bias: bias)
    }

    /// Bias, activation and residual come after the product, in this order, at every edge of a panel.
    @Test(arguments: QuantizationTests.formats, [1, 13, 40])
    func epiloguesFollowTheProduct(format: DataType, rows: Int) throws {
        for (outputs, columns) in [(130, 200), (48, 64), (15, 63), (400, 130)] {
            let input = Tensor([rows, columns], values: pattern(rows * columns, seed: 3))
            let layer = try Self.layer(outputs, columns, format, seed: 5), bias = try #require(layer.bias).array
            let residual = Tensor([rows, outputs], values: pattern(rows * outputs, seed: 8))
            for set in KernelSets.ofProducts {
                let plain = matrixMultiply(input, layer.weight, instructions: set).array
                let biased = Tensor([rows, outputs], values: plain.indices.map { plain[$0] + bias[$0 % outputs] })
                for activation in [nil] + Activation.allCases {
                    let expected = (activation?(biased) ?? biased).array
                    let found = matrixMultiply(
                        input, layer.weight, bias: layer.bias, activation: activation, residual: residual, instructions: set)
                    #expect(found.array == zip(expected, residual.array).map { $0 + $1 }, "\(set.rawValue), \(outputs) x \(columns)")
                }
            }
        }
    }

    /// Queries, keys and values of one packing are those of three products, whatever their widths.
    @Test(arguments: [DataType.q8, .q4, .f32], [1, 13, 40])
    func projectionsAreThoseOfEachLayer(format: DataType, rows: Int) throws {
        for widths in [[128, 64, 192], [64, 40, 64]] {
            let input = Tensor([rows, 130], values: pattern(rows * 130, seed: 3))
            let layers = try widths.enumerated().map { try Self.layer($1, 130, format, seed: 5 + 2 * $0) }
            for set in KernelSets.ofProducts {
                let found = projections(of: input, layers, instructions: set)
                for (layer, projection) in zip(layers, found) {
                    let expected = matrixMultiply(input, layer.weight, bias: layer.bias, instructions: set)
                    #expect(projection.array == expected.array && projection.shape == expected.shape)
                }
            }
        }
    }

    /// SwiGLU's two products as one give the bits of two: few rows and many, packed and not, several ranges of outputs.
    @Test(arguments: [DataType.q8, .q4, .f32], [1, 13, 40])
    func gatedProductsAreThoseOfTwo(format: DataType, rows: Int) throws {
        for (outputs, columns) in [(400, 130), (40, 64)] {
            let input = Tensor([rows, columns], values: pattern(rows * columns, seed: 3))
            let gate = try Self.layer(outputs, columns, format, seed: 5), up = try Self.layer(outputs, columns, format, seed: 9)
            for set in KernelSets.ofProducts {
                let expected = siluMultiply(
                    gate: matrixMultiply(input, gate.weight, bias: gate.bias, instructions: set),
                    up: matrixMultiply(input, up.weight, bias: up.bias, instructions: set))
                #expect(siluGated(input, gate: gate, up: up, instructions: set).array == expected.array)
            }
        }
    }
}
