/// Operators that reshape arrays or produce shapes.
extension Operators {
    static let shapes: [String: Operator] = [
        "Identity": { [try $0.input(0)] },
        "Dropout": { [try $0.input(0)] },
        "Cast": cast,
        "Constant": constant,
        "ConstantOfShape": constantOfShape,
        "Shape": shape,
        "Size": { plan in [plan.planner.constant(.integer, [], [Float(try plan.input(0).count)])] },
        "Range": range,
        "Reshape": { plan in
            let input = try plan.input(0)
            return [try reshape(plan, input, to: try target(plan, input.shape, try plan.integers(1)))]
        },
        "Flatten": { plan in
            let input = try plan.input(0), given = plan.node.integer("axis", 1)
            let axis = given == input.rank ? given : try plan.axis(given, rank: input.rank)
            func product(_ sizes: ArraySlice<Int>) -> Int { sizes.reduce(1, *) }
            return [try reshape(plan, input, to: [product(input.shape[..<axis]), product(input.shape[axis...])])]
        },
        "Squeeze": { plan in
            let input = try plan.input(0)
            let ones = input.shape.indices.filter { input.shape[$0] == 1 }
            let axes = try plan.axes(input: 1, rank: input.rank) ?? ones
            guard axes.allSatisfy({ input.shape[$0] == 1 }) else {
                throw plan.error(found: "axes \(axes) of shape \(input.shape)", expected: "axes of size 1")
            }
            return [input.with(input.layout.removing(axes))]
        },
        "Unsqueeze": { plan in
            let input = try plan.input(0)
            let count = (try plan.optional(1).map { try plan.integers($0) } ?? plan.node.integers("axes") ?? []).count
            guard count <= ArrayLayout.mostDimensions,
                let axes = try plan.axes(input: 1, rank: input.rank + count)
            else { throw plan.error(found: "\(count) axes", expected: "those to insert") }
            _ = try plan.checked(input.layout.inserting(axes).shape)
            return [input.with(input.layout.inserting(axes))]
        },
        "Transpose": { plan in
            let input = try plan.input(0), order = plan.node.integers("perm") ?? input.shape.indices.reversed()
            guard order.sorted() == Array(input.shape.indices) else {
                throw plan.error(found: "perm \(order)", expected: "an order of \(input.rank) dimensions")
            }
            return [input.with(input.layout.transposed(order))]
        },
        "Expand": { plan in
            let input = try plan.input(0), shape = try plan.checked(try plan.integers(1))
            guard let common = ArrayLayout.commonShape(input.shape, shape),
                let layout = input.layout.broadcast(to: try plan.checked(common))
            else { throw plan.error(found: "shape \(input.shape) for \(shape)", expected: "one that broadcasts") }
            return [input.with(layout)]
        },
    ]

    /// The elements under another shape, copied only if needed.
    static func reshape(_ plan: NodePlan, _ input: ArrayValue, to shape: [Int]) throws -> ArrayValue {
        let shape = try plan.checked(shape)
        guard ArrayLayout.count(of: shape) == input.count else {
            throw plan.error(found: "shape \(input.shape)", expected: "as many numbers as \(shape)")
        }
        if let layout = input.layout.reshaped(shape) { return input.with(layout) }
        let copy = try plan.copied(input, order: Array(input.shape.indices))
        return copy.with(ArrayLayout(shape))
    }

    /// The target shape, where 0 keeps the input's size and -1 is inferred.
    private static func target(_ plan: NodePlan, _ input: [Int], _ wanted: [Int]) throws -> [Int] {
        var shape = wanted
        if plan.node.integer("allowzero", 0) == 0 {
            for place in shape.indices where shape[place] == 0 && place < input.count { shape[place] = input[place] }
        }
        let open = shape.indices.filter { shape[$0] == -1 }
        guard open.count <= 1 else { throw plan.error(found: "shape \(wanted)", expected: "one size left open at most") }
        guard let place = open.first else { return shape }
        shape[place] = 1
        guard let known = ArrayLayout.count(of: shape), let all = ArrayLayout.count(of: input), known > 0, all % known == 0 else {
            throw plan.error(found: "shape \(input)", expected: "one that fits \(wanted)")
        }
        shape[place] = all / known
        return shape
    }

    private static func shape(_ plan: NodePlan) throws -> [ArrayValue] {
        let shape = try plan.input(0).shape
        func bound(_ name: String, _ fallback: Int) -> Int {
            let place = plan.node.integer(name, fallback)
            return min(max(0, place < 0 ? place &+ shape.count : place), shape.count)
        }
        let start = bound("start", 0), end = max(start, bound("end", shape.count))
        let sizes = shape[start..<end].map(Float.init)
        return [plan.planner.constant(.integer, [sizes.count], sizes)]
    }

    private static func constant(_ plan: NodePlan) throws -> [ArrayValue] {
        let node = plan.node, planner = plan.planner
        if let tensor = node.attributes["value"]?.tensor {
            let (type, values) = try tensor.values(file: planner.model.path)
            return [planner.constant(type, tensor.shape, values)]
        }
        if let value = node.attributes["value_float"]?.float { return [planner.constant(.float, [], [value])] }
        if let value = node.attributes["value_int"]?.integer { return [planner.constant(.integer, [], [Float(value)])] }
        if let values = node.attributes["value_floats"]?.floats { return [planner.constant(.float, [values.count], values)] }
        if let values = node.attributes["value_ints"]?.integers {
            return [planner.constant(.integer, [values.count], values.map(Float.init))]
        }
        throw plan.error(found: "no value", expected: "a tensor or numbers")
    }

    private static func constantOfShape(_ plan: NodePlan) throws -> [ArrayValue] {
        let shape = try plan.checked(try plan.integers(0)), tensor = plan.node.attributes["value"]?.tensor
        let (type, values) = try tensor?.values(file: plan.planner.model.path) ?? (.float, [0])
        guard values.count == 1, let layout = ArrayLayout([]).broadcast(to: shape) else {
            throw plan.error(found: "\(values.count) values", expected: "one")
        }
        return [plan.planner.constant(type, [], values).with(layout)]
    }

    private static func range(_ plan: NodePlan) throws -> [ArrayValue] {
        let bounds = try (0..<3).map { index -> Float in
            guard let numbers = plan.planner.numbers(try plan.input(index)), numbers.count == 1 else {
                throw plan.error(found: "bounds that depend on the image", expected: "constant ones")
            }
            return numbers[0]
        }
        let count = bounds[2] == 0 ? Float.nan : ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
        guard count.isFinite, count < 0x1p20 else {
            throw plan.error(found: "a range of \(count)", expected: "at most \(1 << 20) numbers")
        }
        let values: [Float] = (0..<max(0, count.wholeNumber)).map { bounds[0] + Float($0) * bounds[2] }
        return [plan.planner.constant(try plan.input(0).type, [values.count], values)]
    }

    private static func cast(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), code = plan.node.integer("to", 1)
        guard let target = OnnxTensor.DataType(rawValue: code)?.element else {
            throw plan.error(found: "a cast to type \(code)", expected: "one to numbers")
        }
        switch (input.type, target) {
        case (.float, .integer): return [try unary(plan, input, type: .integer) { Float($0.wholeNumber) }]
        case (.float, .boolean), (.integer, .boolean): return [try unary(plan, input, type: .boolean) { $0 == 0 ? 0 : 1 }]
        default: return [input.with(input.layout, type: target)]
        }
    }
}
