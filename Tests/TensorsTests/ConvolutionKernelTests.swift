import CKernels
import Foundation
import TestSupport
import Tensors
import Testing

/// Convolutions of every instruction set of the machine against their definition in double precision: if these fail, detectors
/// see something else on some machines.
struct ConvolutionKernelTests {
    struct Case: Sendable, CustomStringConvertible {
        let channels, outputs, groups, kernel, stride, dilation, padding, height, width: Int
        var description: String {
            "\(channels)x\(height)x\(width) to \(outputs), \(groups) groups, kernel \(kernel), stride \(stride), dilation \(dilation)"
        }

        var output: (height: Int, width: Int) {
            func side(_ size: Int) -> Int { (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1 }
            return (side(height), side(width))
        }

        var sizes: ConvolutionSizes {
            var sizes = ConvolutionSizes(
                channels: channels, outputs: outputs, input: .init(height, width), output: .init(output.height, output.width),
                kernel: .init(kernel, kernel))
            (sizes.groups, sizes.stride, sizes.dilation) = (groups, .init(stride, stride), .init(dilation, dilation))
            sizes.padding = .init(padding, padding)
            return sizes
        }

        /// Weight of an output, a channel of its group, and a tap.
        func weight(_ output: Int, _ channel: Int, _ row: Int, _ column: Int) -> Float {
            Float((output * 37 + channel * 11 + row * 5 + column * 3) % 23 - 11) / 32
        }
    }

    static let cases = [
        Case(channels: 3, outputs: 16, groups: 1, kernel: 3, stride: 2, dilation: 1, padding: 1, height: 11, width: 13),
        Case(channels: 12, outputs: 33, groups: 1, kernel: 3, stride: 1, dilation: 1, padding: 1, height: 5, width: 7),
        Case(channels: 17, outputs: 48, groups: 1, kernel: 1, stride: 1, dilation: 1, padding: 0, height: 9, width: 6),
        Case(channels: 8, outputs: 64, groups: 1, kernel: 1, stride: 1, dilation: 1, padding: 0, height: 40, width: 50),
        Case(channels: 5, outputs: 100, groups: 1, kernel: 5, stride: 1, dilation: 2, padding: 4, height: 8, width: 8),
        Case(channels: 2, outputs: 3, groups: 1, kernel: 13, stride: 1, dilation: 1, padding: 6, height: 7, width: 9),
        Case(channels: 12, outputs: 36, groups: 3, kernel: 3, stride: 1, dilation: 1, padding: 1, height: 6, width: 5),
        Case(channels: 48, outputs: 48, groups: 48, kernel: 3, stride: 1, dilation: 1, padding: 1, height: 9, width: 12),
        Case(channels: 19, outputs: 19, groups: 19, kernel: 3, stride: 2, dilation: 1, padding: 1, height: 12, width: 11),
        Case(channels: 16, outputs: 16, groups: 16, kernel: 5, stride: 1, dilation: 1, padding: 2, height: 10, width: 9),
        Case(channels: 7, outputs: 7, groups: 7, kernel: 4, stride: 1, dilation: 1, padding: 1, height: 6, width: 6),
        Case(channels: 33, outputs: 33, groups: 33, kernel: 3, stride: 1, dilation: 2, padding: 2, height: 11, width: 12),
    ]

    static let sets = [KernelPortable, KernelAVX2, KernelAVX512].filter { kernel_supports($0) != 0 }

    /// The convolution's sum at one place.
    private func sum(_ test: Case, _ input: [Float], _ output: Int, y: Int, x: Int) -> Double {
        let inGroup = test.channels / test.groups, group = output / (test.outputs / test.groups)
        var sum = 0.0
        for row in 0..<test.kernel {
            for column in 0..<test.kernel {
                let top = y * test.stride + row * test.dilation - test.padding
                let left = x * test.stride + column * test.dilation - test.padding
                guard (0..<test.height).contains(top), (0..<test.width).contains(left) else { continue }
                for channel in 0..<inGroup {
                    let value = input[(top * test.width + left) * test.channels + group * inGroup + channel]
                    sum += Double(value) * Double(test.weight(output, channel, row, column))
                }
            }
        }
        return sum
    }

    @Test(arguments: cases)
    func convolutionsAgreeWithTheirDefinition(test: Case) {
        let size = test.output, places = size.height * size.width
        let input = pattern(test.height * test.width * test.channels, seed: 5), residual = pattern(places * test.outputs, seed: 6)
        let bias = pattern(test.outputs, seed: 7)
        let packed = PackedConvolution(test.sizes, function: .leakyRelu(slope: 0.25), bias: bias, weights: test.weight)
        // A vector is read behind the last pixel.
        let padded = input + [Float](repeating: .nan, count: 16)
        let rows = ConvolutionSizes.Strides(row: size.width * test.outputs, column: test.outputs)
        for set in Self.sets {
            var output = [Float](repeating: .nan, count: places * test.outputs + 1)
            packed(
                .init(padded, .init(row: test.width * test.channels, column: test.channels)), residual: .init(residual, rows),
                into: &output, strides: rows, instructions: set)
            var largest = 0.0
            for place in 0..<places * test.outputs {
                let channel = place % test.outputs, pixel = place / test.outputs
                let sum = sum(test, input, channel, y: pixel / size.width, x: pixel % size.width) + Double(bias[channel])
                largest = max(largest, abs((sum < 0 ? sum / 4 : sum) + Double(residual[place]) - Double(output[place])))
            }
            #expect(largest < 2e-5, "set \(set.rawValue)")
            #expect(output.last?.isNaN == true, "set \(set.rawValue) wrote beyond the output")
        }
    }

    @Test(arguments: [
        PointFunction.identity, .relu, .leakyRelu(slope: 0.1), .sigmoid, .silu, .hardSwish, .hardSigmoid(slope: 0.2, offset: 0.4),
        .clip(low: -1, high: 6),
    ])
    func functionsAgreeWithTheirDefinition(function: PointFunction) {
        let input = (0..<77).map { Float($0 - 38) / 3 }
        let wanted = input.map { value -> Double in
            let x = Double(value)
            return switch function {
            case .identity: x
            case .relu: max(0, x)
            case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
            case .sigmoid: 1 / (1 + exp(-x))
            case .silu: x / (1 + exp(-x))
            case .hardSwish: x * min(1, max(0, x / 6 + 0.5))
            case .hardSigmoid(let slope, let offset): min(1, max(0, Double(slope) * x + Double(offset)))
            case .clip(let low, let high): min(Double(high), max(Double(low), x))
            }
        }
        for set in Self.sets {
            var output = [Float](repeating: .nan, count: input.count)
            function.apply(input, to: &output, count: input.count, instructions: set)
            let largest = zip(output, wanted).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
            #expect(largest < 2e-6, "set \(set.rawValue)")
        }
    }
}
