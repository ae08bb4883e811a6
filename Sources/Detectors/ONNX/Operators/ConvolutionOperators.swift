import Tensors

/// Convolutions, on channels-last maps.
extension Operators {
    static let convolutions: [String: Operator] = [
        "Conv": convolution,
        "ConvTranspose": transposedConvolution,
        "BatchNormalization": batchNormalization,
    ]

    /// The map in channels-last layout, copied only if needed.
    static func channelsLast(_ plan: NodePlan, _ input: ArrayValue) throws -> ArrayValue {
        guard input.rank == 4 else {
            throw plan.error(found: "shape \(input.shape)", expected: "images, channels, height and width")
        }
        return input.layout.strides[1] == 1 || input.shape[1] == 1 ? input : try plan.copied(input, order: [0, 2, 3, 1])
    }

    /// Elements and shape of a constant float array.
    static func weights(_ plan: NodePlan, _ index: Int) throws -> (shape: [Int], values: [Float]) {
        let value = try plan.input(index)
        try plan.planner.reserveWeights(value.count, stored: plan.planner.sizes[value.buffer], for: plan.node)
        guard let values = plan.planner.numbers(value) else {
            throw plan.error(found: "weights that depend on the image", expected: "constant ones")
        }
        return (value.shape, values)
    }

    static func bias(_ plan: NodePlan, _ index: Int, count: Int) throws -> [Float]? {
        guard plan.optional(index) != nil else { return nil }
        let bias = try weights(plan, index).values
        guard bias.count == count else { throw plan.error(found: "a bias of \(bias.count)", expected: "\(count) numbers") }
        return bias
    }

    static func strides(_ map: ArrayLayout) -> ConvolutionSizes.Strides {
        .init(row: map.strides[2], column: map.strides[3])
    }

    private static func convolution(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0)
        guard input.rank != 3 else { return [try rowConvolution(plan, input)] }
        let map = try channelsLast(plan, input), weights = try weights(plan, 1)
        return [try convolve(plan, map, weights.shape, weights.values)]
    }

    /// A one-dimensional convolution, computed on a map of one row.
    private static func rowConvolution(_ plan: NodePlan, _ input: ArrayValue) throws -> ArrayValue {
        let values = try weights(plan, 1).values
        var shape = try plan.input(1).shape, node = plan.node
        guard shape.count == 3 else { throw plan.error(found: "weights of shape \(shape)", expected: "three dimensions") }
        shape.insert(1, at: 2)
        for name in ["kernel_shape", "strides", "dilations"] { node.attributes[name]?.integers.insert(1, at: 0) }
        if let pads = node.integers("pads"), pads.count == 2 { node.attributes["pads"]?.integers = [0, pads[0], 0, pads[1]] }
        guard node.residual == nil else { throw plan.error(found: "a row with a residual", expected: "a map") }
        let row = NodePlan(node: node, inputs: plan.inputs, planner: plan.planner)
        let map = try channelsLast(row, input.with(input.layout.inserting([2])))
        let result = try convolve(row, map, shape, values, isPlaceable: false)
        return result.with(result.layout.removing([2]))
    }

    private static func convolve(
        _ plan: NodePlan, _ input: ArrayValue, _ shape: [Int], _ weights: [Float], isPlaceable: Bool = true
    ) throws -> ArrayValue {
        let groups = plan.node.integer("group", 1), channels = input.shape[1]
        guard shape.count == 4, groups > 0, groups <= channels, channels % groups == 0, shape[0] % groups == 0, shape[0] > 0,
            shape[1] == channels / groups
        else {
            throw plan.error(
                found: "weights of shape \(shape) in \(groups) groups for \(input.shape)", expected: "sizes that agree")
        }
        let window = try WindowGeometry(plan, input: Array(input.shape[2...]), kernel: Array(shape[2...]))
        var sizes = ConvolutionSizes(
            channels: channels, outputs: shape[0], input: .init(input.shape[2], input.shape[3]), output: window.output,
            kernel: window.kernel)
        (sizes.groups, sizes.stride, sizes.dilation, sizes.padding) = (groups, window.stride, window.dilation, window.before)
        let output = try plan.output(
            .float, [input.shape[0], shape[0], window.output.y, window.output.x], order: [0, 2, 3, 1], isPlaceable: isPlaceable)
        let packed = try pack(plan, sizes, weights, shape)
        try emit(plan, packed, sizes, input, residual: try residual(plan, output.shape), output)
        return output
    }

    /// Packs weights `[outputs, channels per group, height, width]`; nil for a draft.
    private static func pack(
        _ plan: NodePlan, _ sizes: ConvolutionSizes, _ weights: [Float], _ shape: [Int]
    ) throws -> PackedConvolution? {
        var bias = try bias(plan, 2, count: sizes.outputs)
        let normalization = try normalization(plan, channels: sizes.outputs)
        if let normalization {
            bias = normalization.shift.indices.map { normalization.shift[$0] + (bias?[$0] ?? 0) * normalization.scale[$0] }
        }
        try plan.planner.reserveWeights(sizes.packedCount, stored: weights.count, for: plan.node)
        guard !plan.planner.isDraft else { return nil }
        return PackedConvolution(sizes, function: plan.node.function, bias: bias) { output, channel, row, column in
            weights[((output * shape[1] + channel) * shape[2] + row) * shape[3] + column] * (normalization?.scale[output] ?? 1)
        }
    }

    private static func normalization(_ plan: NodePlan, channels: Int) throws -> BatchNormalization? {
        guard let given = plan.node.normalization else { return nil }
        let parts = try given.inputs.map { plan.planner.numbers(try plan.planner.array($0, of: plan.node)) ?? [] }
        guard let fold = BatchNormalization(parts, epsilon: given.epsilon, channels: channels) else {
            throw plan.error(found: "a batch normalization of another size", expected: "\(channels)")
        }
        return fold
    }

    private static func residual(_ plan: NodePlan, _ shape: [Int]) throws -> ArrayValue? {
        guard let name = plan.node.residual else { return nil }
        let residual = try channelsLast(plan, try plan.planner.array(name, of: plan.node))
        guard residual.shape == shape else {
            throw plan.error(found: "a sum of \(residual.shape) and \(shape)", expected: "one shape")
        }
        return residual
    }

    /// Emits one convolution per image.
    static func emit(
        _ plan: NodePlan, _ packed: PackedConvolution?, _ sizes: ConvolutionSizes, _ input: ArrayValue,
        residual: ArrayValue? = nil, _ output: ArrayValue
    ) throws {
        let pictures = input.shape[0]
        let work = sizes.multiplyAdds.flatMap { $0 < 1 << 50 ? $0 * max(1, pictures) : nil }
        let reads = [input] + (residual.map { [$0] } ?? [])
        try plan.emit(reading: reads, writing: [output], work: work) { memory in
            guard let packed else { return }
            for picture in 0..<pictures {
                func map(_ value: ArrayValue) -> PackedConvolution.Map {
                    .init(memory.start(value) + picture * value.layout.strides[0], strides(value.layout))
                }
                packed(
                    map(input), residual: residual.map(map), into: memory.start(output) + picture * output.layout.strides[0],
                    strides: strides(output.layout))
            }
        }
    }

    /// Scale and shift of each channel, where the normalization was not folded into a convolution.
    private static func batchNormalization(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0)
        guard input.rank >= 2, let fold = try BatchNormalization(plan, channels: input.shape[1]) else {
            throw plan.error(found: "shape \(input.shape)", expected: "channels")
        }
        let shape = [input.shape[1]] + [Int](repeating: 1, count: input.rank - 2)
        let scale = plan.planner.constant(.float, shape, fold.scale), shift = plan.planner.constant(.float, shape, fold.shift)
        return [try combine(plan, try combine(plan, input, scale, .multiply), shift, .add)]
    }
}

/// A batch normalization with constants: scale and shift of each channel.
struct BatchNormalization {
    let scale: [Float]
    let shift: [Float]

    /// - Returns: nil if the number of channels differs.
    init?(_ plan: NodePlan, channels: Int) throws {
        let parts = try (1...4).map { try Operators.weights(plan, $0).values }
        self.init(parts, epsilon: plan.node.float("epsilon", 1e-5), channels: channels)
    }

    /// - Parameter parts: scale, bias, mean and variance.
    init?(_ parts: [[Float]], epsilon: Float, channels: Int) {
        guard parts.count == 4, parts.allSatisfy({ $0.count == channels }) else { return nil }
        let scale = zip(parts[0], parts[3]).map { $0 / ($1 + epsilon).squareRoot() }
        self.scale = scale
        shift = parts[1].indices.map { parts[1][$0] - parts[2][$0] * scale[$0] }
    }
}
