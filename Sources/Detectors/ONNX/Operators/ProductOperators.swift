import Parallelism
import Tensors

/// Matrix products, as convolutions with a 1 x 1 kernel: rows are pixels, columns are channels.
extension Operators {
    static let products: [String: Operator] = [
        "MatMul": matrixProduct,
        "Gemm": generalProduct,
    ]

    private static func matrixProduct(_ plan: NodePlan) throws -> [ArrayValue] {
        var left = try plan.input(0), right = try plan.input(1)
        let isRow = left.rank == 1, isColumn = right.rank == 1
        if isRow { left = left.with(left.layout.inserting([0])) }
        if isColumn { right = right.with(right.layout.inserting([1])) }
        let result = try product(plan, left, right)
        let dropped = (isRow ? [result.rank - 2] : []) + (isColumn ? [result.rank - 1] : [])
        return [result.with(result.layout.removing(dropped))]
    }

    private static func generalProduct(_ plan: NodePlan) throws -> [ArrayValue] {
        var left = try plan.input(0), right = try plan.input(1)
        guard left.rank == 2, right.rank == 2 else {
            throw plan.error(found: "shapes \(left.shape) and \(right.shape)", expected: "matrices")
        }
        if plan.node.integer("transA", 0) != 0 { left = left.with(left.layout.transposed([1, 0])) }
        if plan.node.integer("transB", 0) != 0 { right = right.with(right.layout.transposed([1, 0])) }
        var result = try product(plan, left, right)
        let alpha = plan.node.float("alpha", 1), beta = plan.node.float("beta", 1)
        if alpha != 1 { result = try unary(plan, result) { $0 * alpha } }
        guard let added = plan.optional(2) else { return [result] }
        return [try combine(plan, result, beta == 1 ? added : try unary(plan, added) { $0 * beta }, .add)]
    }

    /// `[..., m, k] x [..., k, n] -> [..., m, n]`, with broadcasting of the leading dimensions.
    private static func product(_ plan: NodePlan, _ left: ArrayValue, _ right: ArrayValue) throws -> ArrayValue {
        guard left.rank >= 2, right.rank >= 2, let inner = left.shape.last, inner == right.shape[right.rank - 2],
            let batch = ArrayLayout.commonShape(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2)))
        else { throw plan.error(found: "shapes \(left.shape) and \(right.shape)", expected: "matrices that multiply") }
        let rows = left.shape[left.rank - 2], columns = right.shape[right.rank - 1]
        let output = try plan.output(.float, batch + [rows, columns])
        guard let first = left.layout.broadcast(to: try plan.checked(batch + [rows, inner])),
            let second = right.layout.broadcast(to: try plan.checked(batch + [inner, columns]))
        else { throw plan.error(found: "shapes \(left.shape) and \(right.shape)", expected: "matrices that multiply") }
        guard output.count > 0 else { return output }
        guard inner > 0 else { throw plan.error(found: "shape \(left.shape)", expected: "a nonempty array") }
        // Each row must be contiguous.
        let rowMajor = left.with(first).layout.strides.last == 1 ? left.with(first)
            : try plan.copied(left.with(first), order: Array(first.shape.indices))
        let sizes = ConvolutionSizes(
            channels: inner, outputs: columns, input: .init(1, rows), output: .init(1, rows), kernel: .init(1, 1))
        let matrices = batch.reduce(1, *), starts = MatrixStarts(batch, [rowMajor.layout, second, output.layout])
        // A constant right-hand side that all products share is packed once.
        var packed: PackedConvolution?
        if !plan.planner.isDraft, second.strides.dropLast(2).allSatisfy({ $0 == 0 }) || matrices == 1,
            let values = plan.planner.numbers(right)
        {
            try plan.planner.reserveWeights(sizes.packedCount, stored: values.count, for: plan.node)
            packed = PackedConvolution(sizes, bias: nil) { output, channel, _, _ in values[channel * columns + output] }
        }
        let work = sizes.multiplyAdds.flatMap { $0 < 1 << 50 ? $0 * max(1, min(matrices, 1 << 12)) : nil }
        let (stepK, stepN) = (second.strides[second.rank - 2], second.strides[second.rank - 1])
        try plan.emit(reading: [rowMajor, right], writing: [output], work: work) { [packed] memory in
            let source = memory.start(rowMajor), target = memory.start(output), other = memory.start(right.with(second))
            let strides = ConvolutionSizes.Strides(row: 0, column: rowMajor.layout.strides[rowMajor.rank - 2])
            for matrix in 0..<matrices {
                let start = starts[matrix], values = other + start[1]
                let weights = packed ?? PackedConvolution(sizes, bias: nil) { output, channel, _, _ in
                    values[channel * stepK + output * stepN]
                }
                weights(.init(source + start[0], strides), into: target + start[2], strides: .init(row: 0, column: columns))
            }
        }
        return output
    }
}

/// Start offsets of the matrices in stacks.
private struct MatrixStarts: Sendable {
    private let batch: [Int]
    private let strides: [[Int]]

    /// - Parameter layouts: layouts whose shapes begin with `batch`.
    init(_ batch: [Int], _ layouts: [ArrayLayout]) {
        self.batch = batch
        strides = layouts.map { Array($0.strides[..<batch.count]) }
    }

    subscript(matrix: Int) -> [Int] {
        var rest = matrix, starts = [Int](repeating: 0, count: strides.count)
        for axis in batch.indices.reversed() {
            for stack in strides.indices { starts[stack] += rest % batch[axis] * strides[stack][axis] }
            rest /= batch[axis]
        }
        return starts
    }
}
