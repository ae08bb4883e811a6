import Foundation
import Parallelism
import Tensors

/// Reductions along axes.
extension Operators {
    static let reductions: [String: Operator] = [
        "ReduceMean": { try reduce($0, .mean) },
        "ReduceSum": { try reduce($0, .sum) },
        "ReduceMax": { try reduce($0, .maximum) },
        "ReduceMin": { try reduce($0, .minimum) },
        "ReduceProd": { try reduce($0, .product) },
        "ReduceL2": { try reduce($0, .length) },
        "ArgMax": argMax,
        "Softmax": softmax,
    ]

    private static func reduce(_ plan: NodePlan, _ reduction: Reduction) throws -> [ArrayValue] {
        let input = try plan.input(0), given = try plan.axes(input: 1, rank: input.rank)
        if given?.isEmpty ?? true, plan.node.integer("noop_with_empty_axes", 0) != 0 { return [input] }
        let axes = given.flatMap { $0.isEmpty ? nil : $0 } ?? Array(input.shape.indices)
        return [try reduce(plan, input, axes: axes, keepsAxes: plan.node.integer("keepdims", 1) != 0, reduction)]
    }

    static func reduce(
        _ plan: NodePlan, _ input: ArrayValue, axes: [Int], keepsAxes: Bool, _ reduction: Reduction
    ) throws -> ArrayValue {
        let line = axes.reduce(1) { $0 * input.shape[$1] }
        guard line > 0 else { throw plan.error(found: "shape \(input.shape)", expected: "numbers along \(axes)") }
        let kept = input.shape.indices.filter { !axes.contains($0) }
        let output = try plan.output(input.type, kept.map { input.shape[$0] })
        let lines = ArrayLines(input.layout, along: axes.sorted(), kept)
        try plan.emit(reading: [input], writing: [output], work: input.count) { memory in
            let source = memory.start(input), target = memory.start(output)
            lines.forEach { number, start in
                target[number] = reduction.of(source + start, count: line, lines.inside)
            }
        }
        return keepsAxes ? output.with(output.layout.inserting(axes)) : output
    }

    private static func argMax(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), axis = try plan.axis(plan.node.integer("axis", 0), rank: input.rank)
        let kept = input.shape.indices.filter { $0 != axis }, count = input.shape[axis], step = input.layout.strides[axis]
        guard count > 0 else { throw plan.error(found: "shape \(input.shape)", expected: "numbers along \(axis)") }
        let output = try plan.output(.integer, kept.map { input.shape[$0] })
        let lines = ArrayLines(input.layout, along: [axis], kept), takesLast = plan.node.integer("select_last_index", 0) != 0
        try plan.emit(reading: [input], writing: [output], work: input.count) { memory in
            let source = memory.start(input), target = memory.start(output)
            lines.forEach { number, start in
                let values = source + start
                var best = 0
                for index in 1..<max(1, count) {
                    let isBetter = takesLast ? values[index * step] >= values[best * step] : values[index * step] > values[best * step]
                    if isBetter { best = index }
                }
                target[number] = Float(best)
            }
        }
        return [plan.node.integer("keepdims", 1) != 0 ? output.with(output.layout.inserting([axis])) : output]
    }

    private static func softmax(_ plan: NodePlan) throws -> [ArrayValue] {
        var input = try plan.input(0)
        let given = plan.node.integer("axis", plan.opset < 13 ? 1 : -1), shape = input.shape
        var axis = try plan.axis(given, rank: input.rank)
        // Before opset 13, softmax went over all axes from this one on.
        if plan.opset < 13, axis != shape.count - 1 {
            input = try reshape(plan, input, to: [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)])
            axis = 1
        }
        let kept = input.shape.indices.filter { $0 != axis }, count = input.shape[axis], step = input.layout.strides[axis]
        // The elements of a line are contiguous, whatever its axis.
        let output = try plan.output(.float, input.shape, order: kept + [axis])
        let lines = ArrayLines(input.layout, along: [axis], kept)
        try plan.emit(reading: [input], writing: [output], work: input.count * 16) { [input] memory in
            let source = memory.start(input), target = memory.start(output)
            lines.forEach { number, start in
                let place = target + number * count, values = source + start
                for index in 0..<count { place[index] = values[index * step] }
                Tensors.softmax(place, count: count)
            }
        }
        return input.shape == shape ? [output] : [try reshape(plan, output, to: shape)]
    }
}

/// A reduction of a line of elements.
enum Reduction {
    case mean, sum, maximum, minimum, product, length

    /// - Parameter loop: layout of the line.
    func of(_ source: UnsafePointer<Float>, count: Int, _ loop: StridedLoop) -> Float {
        switch self {
        case .mean: fold(source, loop, 0) { $0 + $1 } / Float(count)
        case .sum: fold(source, loop, 0) { $0 + $1 }
        case .maximum: fold(source, loop, -.infinity) { $1 > $0 ? $1 : $0 }
        case .minimum: fold(source, loop, .infinity) { $1 < $0 ? $1 : $0 }
        case .product: fold(source, loop, 1) { $0 * $1 }
        case .length: fold(source, loop, 0) { $0 + $1 * $1 }.squareRoot()
        }
    }

    @inline(__always)
    private func fold(
        _ source: UnsafePointer<Float>, _ loop: StridedLoop, _ start: Float, _ combine: (Float, Float) -> Float
    ) -> Float {
        var result = start
        loop.forEachRow(0..<loop.rows) { offsets in
            for index in 0..<loop.inner { result = combine(result, source[offsets[0] + index * loop.steps[0]]) }
        }
        return result
    }
}

/// The lines of an array along some axes, in row-major order of its other dimensions.
struct ArrayLines: Sendable {
    private let outside: StridedLoop
    /// The elements of one line.
    let inside: StridedLoop

    init(_ layout: ArrayLayout, along axes: [Int], _ kept: [Int]) {
        func only(_ dimensions: [Int]) -> ArrayLayout {
            layout.transposed(dimensions + layout.shape.indices.filter { !dimensions.contains($0) })
                .removing(Array(dimensions.count..<layout.rank))
        }
        outside = StridedLoop([only(kept)], keepingOrder: true)
        inside = StridedLoop([only(axes)], keepingOrder: true)
    }

    /// Calls `body` on all cores with each line's number and start offset.
    func forEach(_ body: (_ number: Int, _ start: Int) -> Void) {
        let count = outside.inner
        Parallel.ranges(outside.rows, minimum: max(1, 256 / max(1, count * inside.inner))) { rows in
            var next = rows.lowerBound * count
            outside.forEachRow(rows) { offsets in
                for index in 0..<count { body(next + index, offsets[0] + index * outside.steps[0]) }
                next += count
            }
        }
    }
}
