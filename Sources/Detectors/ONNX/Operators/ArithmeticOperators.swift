import Foundation

/// Elementwise operators of two or three arrays, with broadcasting.
extension Operators {
    static let arithmetic: [String: Operator] = [
        "Add": { try binary($0, .add) },
        "Sub": { try binary($0, .subtract) },
        "Mul": { try binary($0, .multiply) },
        "Div": { try binary($0, try $0.input(0).type == .integer ? .divideWhole : .divide) },
        "Pow": { plan in
            // Squares and square roots, as exporters write them, are exact and fast.
            let exponent = plan.planner.numbers(try plan.input(1)), input = try plan.input(0)
            if exponent == [2] { return [try unary(plan, input) { $0 * $0 }] }
            if exponent == [0.5] { return [try unary(plan, input) { $0.squareRoot() }] }
            return try binary(plan, .power)
        },
        "Mod": { try binary($0, $0.node.integer("fmod", 0) == 0 ? .moduloFloored : .moduloTruncated) },
        "Min": { try chain($0, .minimum) },
        "Max": { try chain($0, .maximum) },
        "Sum": { try chain($0, .add) },
        "PRelu": { try binary($0, .leak) },
        "Equal": { try binary($0, .equal) },
        "Greater": { try binary($0, .greater) },
        "GreaterOrEqual": { try binary($0, .greaterOrEqual) },
        "Less": { try binary($0, .less) },
        "LessOrEqual": { try binary($0, .lessOrEqual) },
        "And": { try binary($0, .and) },
        "Or": { try binary($0, .or) },
        "Where": choose,
    ]

    private static func binary(_ plan: NodePlan, _ operation: BinaryOperation) throws -> [ArrayValue] {
        [try combine(plan, try plan.input(0), try plan.input(1), operation, isPlaceable: true)]
    }

    private static func chain(_ plan: NodePlan, _ operation: BinaryOperation) throws -> [ArrayValue] {
        var result = try plan.input(0)
        for index in plan.inputs.indices.dropFirst() { result = try combine(plan, result, try plan.input(index), operation) }
        return [result]
    }

    /// Applies `operation` elementwise with broadcasting.
    static func combine(
        _ plan: NodePlan, _ left: ArrayValue, _ right: ArrayValue, _ operation: BinaryOperation, isPlaceable: Bool = false
    ) throws -> ArrayValue {
        guard let shape = ArrayLayout.commonShape(left.shape, right.shape), let first = left.layout.broadcast(to: shape),
            let second = right.layout.broadcast(to: shape)
        else { throw plan.error(found: "shapes \(left.shape) and \(right.shape)", expected: "shapes that broadcast") }
        let larger = left.count >= right.count ? first : second
        let type = operation.isComparison ? ElementType.boolean : left.type
        let output = try plan.output(type, shape, order: larger.order, isPlaceable: isPlaceable)
        let loop = StridedLoop([output.layout, first, second])
        try plan.emit(reading: [left, right], writing: [output], work: output.count) { memory in
            let a = memory.start(left), b = memory.start(right), target = memory.start(output)
            loop.run { offsets, count in
                operation.apply(
                    a + offsets[1], loop.steps[1], b + offsets[2], loop.steps[2], to: target + offsets[0], loop.steps[0],
                    count: count)
            }
        }
        return output
    }

    private static func choose(_ plan: NodePlan) throws -> [ArrayValue] {
        let inputs = try (0..<3).map { try plan.input($0) }
        guard let some = ArrayLayout.commonShape(inputs[0].shape, inputs[1].shape),
            let shape = ArrayLayout.commonShape(some, inputs[2].shape)
        else { throw plan.error(found: "shapes \(inputs.map(\.shape))", expected: "shapes that broadcast") }
        let layouts = inputs.compactMap { $0.layout.broadcast(to: shape) }
        let largest = layouts[inputs[1].count >= inputs[2].count ? 1 : 2]
        let output = try plan.output(inputs[1].type, shape, order: largest.order)
        let loop = StridedLoop([output.layout] + layouts)
        try plan.emit(reading: inputs, writing: [output], work: output.count) { memory in
            let condition = memory.start(inputs[0]), yes = memory.start(inputs[1]), no = memory.start(inputs[2])
            let target = memory.start(output)
            loop.run { offsets, count in
                for index in 0..<count {
                    let place = offsets &+ loop.steps &* SIMD4(repeating: index)
                    target[place[0]] = condition[place[1]] != 0 ? yes[place[2]] : no[place[3]]
                }
            }
        }
        return [output]
    }
}

/// An elementwise binary operation.
enum BinaryOperation {
    case add, subtract, multiply, divide, divideWhole, power, moduloFloored, moduloTruncated, minimum, maximum, leak
    case equal, greater, greaterOrEqual, less, lessOrEqual, and, or

    var isComparison: Bool {
        switch self {
        case .equal, .greater, .greaterOrEqual, .less, .lessOrEqual, .and, .or: true
        default: false
        }
    }

    /// Applies the operation to `count` elements of both sides.
    func apply(
        _ left: UnsafePointer<Float>, _ leftStep: Int, _ right: UnsafePointer<Float>, _ rightStep: Int,
        to target: UnsafeMutablePointer<Float>, _ targetStep: Int, count: Int
    ) {
        /// A separate loop for each operation and for unit strides, so that the compiler vectorises it.
        @inline(__always) func loop(_ function: (Float, Float) -> Float) {
            if leftStep == 1, rightStep == 1, targetStep == 1 {
                for index in 0..<count { target[index] = function(left[index], right[index]) }
            } else if leftStep == 1, rightStep == 0, targetStep == 1 {
                let other = right[0]
                for index in 0..<count { target[index] = function(left[index], other) }
            } else {
                for index in 0..<count { target[index * targetStep] = function(left[index * leftStep], right[index * rightStep]) }
            }
        }
        switch self {
        case .add: loop { $0 + $1 }
        case .subtract: loop { $0 - $1 }
        case .multiply: loop { $0 * $1 }
        case .divide: loop { $0 / $1 }
        case .divideWhole: loop { $1 == 0 ? 0 : ($0 / $1).rounded(.towardZero) }
        case .power: loop { powf($0, $1) }
        case .moduloFloored: loop { $1 == 0 ? 0 : $0 - ($0 / $1).rounded(.down) * $1 }
        case .moduloTruncated: loop { $1 == 0 ? 0 : fmodf($0, $1) }
        case .minimum: loop { $0 < $1 ? $0 : $1 }
        case .maximum: loop { $0 > $1 ? $0 : $1 }
        case .leak: loop { $0 < 0 ? $0 * $1 : $0 }
        case .equal: loop { $0 == $1 ? 1 : 0 }
        case .greater: loop { $0 > $1 ? 1 : 0 }
        case .greaterOrEqual: loop { $0 >= $1 ? 1 : 0 }
        case .less: loop { $0 < $1 ? 1 : 0 }
        case .lessOrEqual: loop { $0 <= $1 ? 1 : 0 }
        case .and: loop { $0 != 0 && $1 != 0 ? 1 : 0 }
        case .or: loop { $0 != 0 || $1 != 0 ? 1 : 0 }
        }
    }
}
