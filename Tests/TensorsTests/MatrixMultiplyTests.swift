import CKernels
import Foundation
import TestSupport
import Tensors
import Testing

/// Each layer of each model is such a product: if these fail, every caption and mask is computed from wrong numbers.
struct MatrixMultiplyTests {
    /// Every dtype and kernel, the row counts on both sides of each kernel's limits, and widths that leave a remainder.
    @Test(arguments: ["F32", "F16", "BF16"], [1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 33])
    func equalsTheDefinition(type: String, rows: Int) throws {
        for instructions in KernelSets.ofProducts { try equalsTheDefinition(type, rows, instructions) }
    }

    private func equalsTheDefinition(_ type: String, _ rows: Int, _ instructions: KernelInstructionSet) throws {
        let inner = 77, outputs = 130
        let input = pattern(rows * inner, seed: 1)
        // Multiples of 1/128 below 1 are exact in every dtype.
        let weights = pattern(outputs * inner, seed: 2)
        try withWeights([("odd", "BF16", [1], [1]), ("w", type, [outputs, inner], weights)]) { scope in
            let matrix = try scope["w"].matrix(rows: outputs, columns: inner)
            let product = matrixMultiply(Tensor([rows, inner], values: input), matrix, instructions: instructions)
            #expect(product.shape == [rows, outputs])
            var largest = 0.0
            for row in 0..<rows {
                for output in 0..<outputs {
                    let exact = (0..<inner).reduce(0.0) {
                        $0 + Double(input[row * inner + $1]) * Double(weights[output * inner + $1])
                    }
                    largest = max(largest, abs(exact - Double(product.array[row * outputs + output])))
                }
            }
            #expect(largest < 1e-4, "instructions \(instructions.rawValue)")
        }
    }

    /// Many rows, more outputs and columns than any kernel takes at a time, and numbers of all bits.
    @Test(arguments: ["F32", "F16", "BF16"])
    func manyRowsAreAsExactAsSinglePrecision(type: String) throws {
        let rows = 45, inner = 1401, outputs = 420
        let input = Tensor.random([rows, inner], seed: 21)
        try withWeights([("w", type, [outputs, inner], Tensor.random([outputs, inner], seed: 22).array)]) { scope in
            let matrix = try scope["w"].matrix(rows: outputs, columns: inner)
            let exact = try scope["w"].tensor([outputs, inner]).array.map(Double.init), numbers = input.array.map(Double.init)
            for instructions in KernelSets.ofProducts {
                let product = matrixMultiply(input, matrix, instructions: instructions).array
                var worst = 0.0
                for row in 0..<rows {
                    for output in 0..<outputs {
                        var sum = 0.0, magnitude = 0.0
                        for column in 0..<inner {
                            let part = numbers[row * inner + column] * exact[output * inner + column]
                            sum += part
                            magnitude += abs(part)
                        }
                        worst = max(worst, abs(Double(product[row * outputs + output]) - sum) / magnitude)
                    }
                }
                #expect(worst < 1e-6, "instructions \(instructions.rawValue)")
            }
        }
    }

    /// Up to eight rows: a caption must not depend on which others are generated beside it.
    @Test(arguments: ["F32", "F16", "BF16"])
    func aRowAloneGetsTheSameBits(type: String) throws {
        let inner = 205, outputs = 75
        try withWeights([("odd", "BF16", [1], [1]), ("w", type, [outputs, inner], pattern(outputs * inner, seed: 4))]) { scope in
            let matrix = try scope["w"].matrix(rows: outputs, columns: inner)
            // Numbers whose sums are rounded.
            let input = Tensor([8, inner], values: pattern(8 * inner, seed: 5).map { $0 / 3 })
            let alone = (0..<8).map { matrixMultiply(input.rows($0..<$0 + 1), matrix).array }
            for rows in 2...8 {
                #expect(matrixMultiply(input.rows(0..<rows), matrix).array == Array(alone[..<rows].joined()))
            }
        }
    }

    @Test func linearAddsItsBias() throws {
        try withWeights([("l.weight", "F32", [2, 2], [1, 2, 3, 4]), ("l.bias", "F16", [2], [0.5, -1])]) { weights in
            let layer = try Linear(weights["l"], inputs: 2, outputs: 2)
            #expect(layer(Tensor([1, 2], values: [1, 1])).array == [3.5, 6])
        }
    }

    @Test func everyHalfPrecisionNumberIsWidenedExactly() throws {
        let finite = (0...UInt16.max).map { Float16(bitPattern: $0) }.filter(\.isFinite).map(Float.init)
        try withWeights([("h", "F16", [finite.count], finite)]) { weights in
            let widened = try weights["h"].tensor([finite.count]).array
            #expect(widened == finite)
        }
    }
}
