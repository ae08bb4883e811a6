import Parallelism

/// Operators that concatenate, repeat or pad arrays.
extension Operators {
    static let joins: [String: Operator] = [
        "Concat": concat,
        "Tile": tile,
        "Pad": pad,
        "DepthToSpace": depthToSpace,
    ]

    private static func concat(_ plan: NodePlan) throws -> [ArrayValue] {
        let inputs = plan.inputs.compactMap(\.self)
        guard let first = inputs.first, inputs.count == plan.inputs.count else { throw plan.error(found: "no input", expected: "some") }
        let axis = try plan.axis(plan.node.integer("axis", 0), rank: first.rank)
        var shape = first.shape
        shape[axis] = 0
        for input in inputs {
            var other = input.shape
            guard other.count == shape.count else { throw plan.error(found: "shapes of different ranks", expected: "one rank") }
            (other[axis], shape[axis]) = (shape[axis], shape[axis] + other[axis])
            other[axis] = shape[axis]
            guard other == shape else {
                throw plan.error(found: "shapes \(first.shape) and \(input.shape)", expected: "shapes that agree except for axis \(axis)")
            }
        }
        _ = try plan.checked(shape)
        let whole = try joinedOutput(plan, inputs, shape, axis)
        var start = 0
        for input in inputs {
            let part = whole.with(whole.layout.sliced(axis, start: start, count: input.shape[axis]))
            start += input.shape[axis]
            // Already written in place.
            if input.buffer == part.buffer, input.layout == part.layout { continue }
            if input.count > 0 { try plan.emitCopy(input, to: part) }
        }
        return [whole]
    }

    /// The output array of a concatenation: the one into which some parts have been written directly, or a new one laid out like
    /// the largest part.
    private static func joinedOutput(_ plan: NodePlan, _ inputs: [ArrayValue], _ shape: [Int], _ axis: Int) throws -> ArrayValue {
        if let name = plan.node.outputs.first, let joined = plan.planner.joinedArray(name), joined.shape == shape { return joined }
        let largest = inputs.max { $0.count < $1.count }
        let type = inputs.first?.type ?? .float
        return try plan.output(type, shape, order: largest?.layout.order, isPlaceable: true)
    }

    private static func tile(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), repeats = try plan.integers(1)
        guard repeats.count == input.rank, repeats.allSatisfy({ $0 >= 0 }) else {
            throw plan.error(found: "repeats \(repeats) for shape \(input.shape)", expected: "one for each dimension")
        }
        // Each dimension is preceded by a repeat dimension of stride 0.
        _ = try plan.checked(repeats)
        let shape = try plan.checked(zip(repeats, input.shape).map(*))
        if repeats.allSatisfy({ $0 == 1 }) { return [input] }
        if input.shape.indices.allSatisfy({ repeats[$0] == 1 || input.shape[$0] == 1 }), let layout = input.layout.broadcast(to: shape) {
            return [input.with(layout)]
        }
        let doubled = input.layout.inserting(input.shape.indices.map { $0 * 2 })
        let wide = zip(repeats, input.shape).flatMap { [$0, $1] }
        guard ArrayLayout.count(of: wide) != nil, let layout = doubled.broadcast(to: wide) else {
            throw plan.error(found: "repeats \(repeats)", expected: "fewer dimensions")
        }
        return [try reshape(plan, input.with(layout), to: shape)]
    }

    private static func pad(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), pads = try plan.integers(1), mode = plan.node.text("mode", "constant")
        guard mode == "constant" else { throw plan.error(found: "mode \(mode)", expected: "constant") }
        let axes = try plan.axes(input: 3, rank: input.rank) ?? Array(input.shape.indices)
        let limit = ArrayLayout.mostElements
        guard pads.count == 2 * axes.count, pads.allSatisfy({ (0...limit).contains($0) }) else {
            throw plan.error(found: "pads \(pads)", expected: "two for each dimension, none below 0")
        }
        var shape = input.shape
        for (place, axis) in axes.enumerated() { shape[axis] += pads[place] + pads[axes.count + place] }
        let output = try plan.output(input.type, shape, order: input.layout.order)
        var inside = output.layout
        for (place, axis) in axes.enumerated() {
            inside = inside.sliced(axis, start: pads[place], count: input.shape[axis])
        }
        let filling = plan.optional(2) ?? plan.planner.constant(.float, [], [0])
        guard filling.count == 1 else { throw plan.error(found: "\(filling.count) values", expected: "one") }
        try plan.emit(reading: [filling], writing: [output], work: output.count) { memory in
            let value = memory.start(filling)[0], target = memory.start(output)
            Parallel.ranges(output.count, minimum: 1 << 16) { range in
                (target + range.lowerBound).update(repeating: value, count: range.count)
            }
        }
        if input.count > 0 { try plan.emitCopy(input, to: output.with(inside)) }
        return [output]
    }

    private static func depthToSpace(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), block = plan.node.integer("blocksize", 0), mode = plan.node.text("mode", "DCR")
        guard input.rank == 4, (1...1 << 10).contains(block), input.shape[1] % (block * block) == 0 else {
            throw plan.error(found: "blocks of \(block) of shape \(input.shape)", expected: "channels that divide")
        }
        let (pictures, channels, height, width) = (input.shape[0], input.shape[1] / (block * block), input.shape[2], input.shape[3])
        let isDepthFirst = mode == "DCR"
        let split = isDepthFirst ? [pictures, block, block, channels, height, width] : [pictures, channels, block, block, height, width]
        let order = isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
        let parts = try reshape(plan, input, to: split)
        return [try reshape(plan, parts.with(parts.layout.transposed(order)), to: [pictures, channels, height * block, width * block])]
    }
}
