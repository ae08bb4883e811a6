import Foundation
import Tensors

/// Elementwise unary operators.
extension Operators {
    static let pointwise: [String: Operator] = kernels.merging(functions) { $1 }

    /// Functions that the convolution kernels support, so that they can be fused into a convolution.
    private static let kernels: [String: Operator] = [
        "Sigmoid", "Relu", "LeakyRelu", "HardSwish", "HardSigmoid", "Silu",
    ].reduce(into: [:]) { all, name in
        all[name] = { plan in
            guard let function = function(of: plan.node) else { throw plan.error(found: name, expected: "a function") }
            return [try apply(plan, function)]
        }
    }

    private static let functions: [String: Operator] = [
        "Clip": { plan in
            let bounds = try (1...2).map { try bound(plan, $0) }
            let low = bounds[0] ?? plan.node.float("min", -.infinity), high = bounds[1] ?? plan.node.float("max", .infinity)
            return [try apply(plan, .clip(low: low, high: high))]
        },
        "Exp": { [try unary($0, try $0.input(0)) { expf($0) }] },
        "Log": { [try unary($0, try $0.input(0)) { logf($0) }] },
        "Sqrt": { [try unary($0, try $0.input(0)) { $0.squareRoot() }] },
        "Tanh": { [try unary($0, try $0.input(0)) { tanhf($0) }] },
        "Erf": { [try unary($0, try $0.input(0)) { erff($0) }] },
        "Softplus": { [try unary($0, try $0.input(0)) { softplus($0) }] },
        "Mish": { [try unary($0, try $0.input(0)) { $0 * tanhf(softplus($0)) }] },
        "Neg": { [try unary($0, try $0.input(0)) { -$0 }] },
        "Abs": { [try unary($0, try $0.input(0)) { abs($0) }] },
        "Floor": { [try unary($0, try $0.input(0)) { $0.rounded(.down) }] },
        "Ceil": { [try unary($0, try $0.input(0)) { $0.rounded(.up) }] },
        "Round": { [try unary($0, try $0.input(0)) { $0.rounded(.toNearestOrEven) }] },
        "Reciprocal": { [try unary($0, try $0.input(0)) { 1 / $0 }] },
        "Sign": { [try unary($0, try $0.input(0)) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }] },
        "Not": { [try unary($0, try $0.input(0), type: .boolean) { $0 == 0 ? 1 : 0 }] },
    ]

    /// The function of an operator without further inputs; nil for other operators.
    static func function(of node: OnnxNode) -> PointFunction? {
        switch node.operation {
        case "Sigmoid": .sigmoid
        case "Relu": .relu
        case "LeakyRelu": .leakyRelu(slope: node.float("alpha", 0.01))
        case "HardSwish": .hardSwish
        case "HardSigmoid": .hardSigmoid(slope: node.float("alpha", 0.2), offset: node.float("beta", 0.5))
        case "Silu": .silu
        default: nil
        }
    }

    private static func softplus(_ x: Float) -> Float { x > 20 ? x : log1pf(expf(x)) }

    /// A bound of Clip; nil if omitted.
    private static func bound(_ plan: NodePlan, _ index: Int) throws -> Float? {
        guard let input = plan.optional(index) else { return nil }
        guard let value = plan.planner.numbers(input)?.first else {
            throw plan.error(found: "a bound that depends on the image", expected: "a constant one")
        }
        return value
    }

    private static func apply(_ plan: NodePlan, _ function: PointFunction) throws -> ArrayValue {
        let input = try plan.input(0)
        let output = try plan.output(input.type, input.shape, order: input.layout.order, isPlaceable: true)
        let loop = StridedLoop([output.layout, input.layout])
        try plan.emit(reading: [input], writing: [output], work: output.count * 16) { memory in
            let source = memory.start(input), target = memory.start(output)
            loop.run { offsets, count in
                let place = target + offsets[0], values = source + offsets[1]
                if loop.steps[0] == 1, loop.steps[1] == 1 { return function.apply(values, to: place, count: count) }
                for index in 0..<count { function.apply(values + index * loop.steps[1], to: place + index * loop.steps[0], count: 1) }
            }
        }
        return output
    }

    /// Applies `function` elementwise.
    static func unary(
        _ plan: NodePlan, _ input: ArrayValue, type: ElementType? = nil, _ function: @escaping @Sendable (Float) -> Float
    ) throws -> ArrayValue {
        let output = try plan.output(type ?? input.type, input.shape, order: input.layout.order)
        let loop = StridedLoop([output.layout, input.layout])
        try plan.emit(reading: [input], writing: [output], work: output.count * 16) { memory in
            let source = memory.start(input), target = memory.start(output)
            loop.run { offsets, count in
                for index in 0..<count {
                    target[offsets[0] + index * loop.steps[0]] = function(source[offsets[1] + index * loop.steps[1]])
                }
            }
        }
        return output
    }
}
