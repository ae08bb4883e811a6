/// The supported ONNX operators, by name.
enum Operators {
    typealias Operator = @Sendable (NodePlan) throws -> [ArrayValue]

    static let all: [String: Operator] = [
        shapes, selections, joins, pointwise, arithmetic, convolutions, pools, products, reductions, choices, resizing,
    ].reduce(into: [:]) { all, family in all.merge(family) { $1 } }
}
