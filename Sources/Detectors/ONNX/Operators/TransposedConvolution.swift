import Tensors

extension Operators {
    /// A transposed convolution: each phase of the output (row and column modulo the stride) is a convolution of the input with
    /// the kernel taps of that phase.
    static func transposedConvolution(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try channelsLast(plan, try plan.input(0)), (shape, weights) = try weights(plan, 1), node = plan.node
        let groups = node.integer("group", 1), strides = node.integers("strides") ?? [1, 1]
        guard shape.count == 4, groups == 1, shape[0] == input.shape[1], shape[1] > 0,
            (node.integers("dilations") ?? [1, 1]) == [1, 1], node.text("auto_pad", "NOTSET") == "NOTSET",
            strides.count == 2, strides.allSatisfy({ (1...64).contains($0) }), (1...64).contains(shape[2]), (1...64).contains(shape[3])
        else {
            throw plan.error(
                found: "weights of shape \(shape) in \(groups) groups for \(input.shape)",
                expected: "one group, no dilation, explicit padding")
        }
        let pads = node.integers("pads") ?? [0, 0, 0, 0], extra = node.integers("output_padding") ?? [0, 0]
        guard pads.count == 4, extra.count == 2, (pads + extra).allSatisfy({ (0...64).contains($0) }), node.integers("output_shape") == nil
        else { throw plan.error(found: "pads \(pads), output_padding \(extra)", expected: "numbers from 0 to 64") }
        let sides = (0..<2).map { axis -> Int in
            let full: Int = (input.shape[axis + 2] - 1) * strides[axis] + shape[axis + 2]
            return full + extra[axis] - pads[axis] - pads[axis + 2]
        }
        guard sides.allSatisfy({ $0 > 0 }) else { throw plan.error(found: "an output of \(sides)", expected: "a larger one") }
        let output = try plan.output(.float, [input.shape[0], shape[1]] + sides, order: [0, 2, 3, 1], isPlaceable: true)
        let bias = try bias(plan, 2, count: shape[1])
        for phase in 0..<strides[0] * strides[1] {
            let rows = Phase(phase / strides[1], strides[0], kernel: shape[2], padding: pads[0], side: sides[0])
            let columns = Phase(phase % strides[1], strides[1], kernel: shape[3], padding: pads[1], side: sides[1])
            guard rows.count > 0, columns.count > 0 else { continue }
            var sizes = ConvolutionSizes(
                channels: shape[0], outputs: shape[1], input: ConvolutionSizes.Pair(input.shape[2], input.shape[3]),
                output: ConvolutionSizes.Pair(rows.count, columns.count), kernel: ConvolutionSizes.Pair(rows.taps, columns.taps))
            sizes.padding = ConvolutionSizes.Pair(rows.before, columns.before)
            let part = output.with(
                output.layout.sliced(2, start: rows.first, step: strides[0], count: rows.count)
                    .sliced(3, start: columns.first, step: strides[1], count: columns.count))
            try plan.planner.reserveWeights(sizes.packedCount, stored: weights.count, for: node)
            let packed = plan.planner.isDraft ? nil : PackedConvolution(sizes, function: node.function, bias: bias) {
                output, channel, row, column in
                guard let y = rows.tap(row), let x = columns.tap(column) else { return 0 }
                return weights[((channel * shape[1] + output) * shape[2] + y) * shape[3] + x]
            }
            try emit(plan, packed, sizes, input, part)
        }
        return [output]
    }
}

/// Rows (or columns) of a transposed convolution's output that are `first` modulo the stride, and the taps that contribute to
/// them: output = input * stride + tap - padding.
private struct Phase {
    let first: Int
    let count: Int
    /// At least one: a phase without taps has one of zeros.
    let taps: Int
    /// Rows of padding before the input.
    let before: Int
    private let firstTap: Int
    private let stride: Int
    private let kernel: Int

    init(_ phase: Int, _ stride: Int, kernel: Int, padding: Int, side: Int) {
        (first, self.stride, self.kernel) = (phase, stride, kernel)
        count = side > phase ? (side - phase + stride - 1) / stride : 0
        firstTap = (phase + padding) % stride
        let reaching = kernel > firstTap ? (kernel - firstTap + stride - 1) / stride : 0
        taps = max(1, reaching)
        before = taps - 1 - (phase + padding - firstTap) / stride
    }

    /// Index of the kernel tap at a position of the phase's convolution; nil for zero.
    func tap(_ place: Int) -> Int? {
        let tap = firstTap + (taps - 1 - place) * stride
        return tap < kernel ? tap : nil
    }
}
