/// Operators that select elements of an array.
extension Operators {
    static let selections: [String: Operator] = [
        "Slice": slice,
        "Split": split,
        "Gather": gather,
        "GatherElements": gatherElements,
        "GatherND": gatherND,
    ]

    private static func slice(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), starts = try plan.integers(1), ends = try plan.integers(2)
        let given = try plan.optional(3).map { try plan.integers($0) } ?? Array(starts.indices)
        let steps = try plan.optional(4).map { try plan.integers($0) } ?? [Int](repeating: 1, count: starts.count)
        let axes = try given.map { try plan.axis($0, rank: input.rank) }
        guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count, Set(axes).count == axes.count,
            !steps.contains(0)
        else { throw plan.error(found: "starts, ends, axes and steps of different counts", expected: "one for each axis") }
        var layout = input.layout
        for (place, axis) in axes.enumerated() {
            let size = input.shape[axis], step = min(max(steps[place], -ArrayLayout.mostElements), ArrayLayout.mostElements)
            func bound(_ value: Int, _ limits: ClosedRange<Int>) -> Int {
                min(max(value < 0 ? value + size : value, limits.lowerBound), limits.upperBound)
            }
            let limits = step > 0 ? 0...size : -1...size - 1
            let start = bound(starts[place], step > 0 ? 0...size : 0...max(0, size - 1)), end = bound(ends[place], limits)
            let length = size == 0 ? 0 : step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step
            layout = layout.sliced(axis, start: start, step: step, count: max(0, length))
        }
        return [input.with(layout)]
    }

    private static func split(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), axis = try plan.axis(plan.node.integer("axis", 0), rank: input.rank)
        let size = input.shape[axis], parts = plan.node.outputs.count
        var sizes = try plan.optional(1).map { try plan.integers($0) } ?? plan.node.integers("split") ?? []
        if sizes.isEmpty, parts > 0 {
            let each = (size + parts - 1) / parts
            sizes = (0..<parts).map { max(0, min(each, size - $0 * each)) }
        }
        guard sizes.count == parts, sizes.allSatisfy({ (0...size).contains($0) }), sizes.reduce(0, +) == size else {
            throw plan.error(found: "parts of \(sizes) of \(size)", expected: "\(parts) parts of it")
        }
        var start = 0
        return sizes.map { count in
            defer { start += count }
            return input.with(input.layout.sliced(axis, start: start, count: count))
        }
    }

    /// An index counted from the front and clamped to the bounds.
    private static func place(_ index: Float, of size: Int) -> Int {
        let whole = index.wholeNumber
        return min(max(0, whole < 0 ? whole + size : whole), size - 1)
    }

    private static func gather(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), indices = try plan.input(1)
        let axis = try plan.axis(plan.node.integer("axis", 0), rank: input.rank), size = input.shape[axis]
        let shape = try plan.checked(Array(input.shape[..<axis]) + indices.shape + Array(input.shape[(axis + 1)...]))
        if indices.count == 1, size > 0, let index = plan.planner.numbers(indices)?.first {
            let part = input.layout.sliced(axis, start: place(index, of: size), count: 1).removing([axis])
            return [input.with(part.inserting((0..<indices.rank).map { $0 + axis }))]
        }
        let output = try plan.output(input.type, shape)
        guard output.count > 0 else { return [output] }
        guard size > 0 else { throw plan.error(found: "shape \(input.shape)", expected: "a nonempty array") }
        // For one index position at a time, the remaining elements are copied as they are.
        let positions = indices.layout.count, flat = output.layout
        let outside = input.layout.sliced(axis, start: 0, count: 1).removing([axis]), stride = input.layout.strides[axis]
        let inner = input.shape[(axis + 1)...].reduce(1, *)
        let target = ArrayLayout(Array(input.shape[..<axis]) + [positions] + Array(input.shape[(axis + 1)...]))
        let loop = StridedLoop([target.sliced(axis, start: 0, count: 1).removing([axis]), outside])
        try plan.emit(reading: [input, indices], writing: [output], work: flat.count) { memory in
            let source = memory.start(input.with(outside)), result = memory.start(output), chosen = memory.numbers(indices)
            for (position, index) in chosen.enumerated() {
                let first = source + place(index, of: size) * stride, place = result + position * inner
                loop.forEachRow(0..<loop.rows) { offsets in
                    for number in 0..<loop.inner {
                        place[offsets[0] + number * loop.steps[0]] = first[offsets[1] + number * loop.steps[1]]
                    }
                }
            }
        }
        return [output]
    }

    private static func gatherElements(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), indices = try plan.input(1)
        let axis = try plan.axis(plan.node.integer("axis", 0), rank: input.rank), size = input.shape[axis]
        guard indices.rank == input.rank, input.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= input.shape[$0] }),
            size > 0 || indices.count == 0
        else { throw plan.error(found: "indices of shape \(indices.shape) for \(input.shape)", expected: "shapes that agree") }
        let output = try plan.output(input.type, indices.shape), stride = input.layout.strides[axis]
        // The input as the indices traverse it, with stride 0 along its own axis.
        var still = input.layout
        for dimension in indices.shape.indices where dimension != axis {
            still = still.sliced(dimension, start: 0, count: indices.shape[dimension])
        }
        guard let steady = still.sliced(axis, start: 0, count: 1).broadcast(to: indices.shape) else { return [output] }
        let loop = StridedLoop([output.layout, indices.layout, steady])
        try plan.emit(reading: [input, indices], writing: [output], work: output.count) { memory in
            let source = memory.start(input), result = memory.start(output), chosen = memory.start(indices)
            loop.run { offsets, count in
                for number in 0..<count {
                    let index = place(chosen[offsets[1] + number * loop.steps[1]], of: size)
                    result[offsets[0] + number * loop.steps[0]] = source[offsets[2] + number * loop.steps[2] + index * stride]
                }
            }
        }
        return [output]
    }

    private static func gatherND(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.rowMajor(try plan.input(0)), indices = try plan.rowMajor(try plan.input(1))
        let batch = plan.node.integer("batch_dims", 0)
        guard let depth = indices.shape.last, depth > 0, batch >= 0, batch < indices.rank, batch + depth <= input.rank,
            Array(input.shape[..<batch]) == Array(indices.shape[..<batch])
        else { throw plan.error(found: "indices of shape \(indices.shape) for \(input.shape)", expected: "shapes that agree") }
        let chosen = Array(input.shape[batch..<batch + depth]), inner = input.shape[(batch + depth)...].reduce(1, *)
        let output = try plan.output(input.type, Array(indices.shape.dropLast()) + Array(input.shape[(batch + depth)...]))
        let rows = indices.count / depth, batches = input.shape[..<batch].reduce(1, *)
        guard output.count > 0 else { return [output] }
        guard !chosen.contains(0), batches > 0 else { throw plan.error(found: "shape \(input.shape)", expected: "numbers") }
        let perBatch = rows / batches, batchSize = chosen.reduce(inner, *)
        try plan.emit(reading: [input, indices], writing: [output], work: output.count) { memory in
            let source = memory.start(input), index = memory.start(indices), result = memory.start(output)
            for row in 0..<rows {
                let flat = (0..<depth).reduce(0) { $0 * chosen[$1] + place(index[row * depth + $1], of: chosen[$1]) }
                (result + row * inner).update(from: source + row / perBatch * batchSize + flat * inner, count: inner)
            }
        }
        return [output]
    }
}
