import Tensors

/// A node that is being planned, with its inputs and helpers for planning operators.
struct NodePlan {
    let node: OnnxNode
    /// nil for omitted inputs.
    let inputs: [ArrayValue?]
    let planner: GraphPlanner

    var opset: Int { planner.model.opset }

    func error(found: String, expected: String) -> CheckpointError { planner.error(node, found: found, expected: expected) }

    /// - Throws: `CheckpointError` if the input is omitted.
    func input(_ index: Int) throws -> ArrayValue {
        guard let value = optional(index) else { throw error(found: "no input \(index)", expected: "one") }
        return value
    }

    func optional(_ index: Int) -> ArrayValue? { inputs.indices.contains(index) ? inputs[index] : nil }

    /// Integers that determine shapes.
    /// - Throws: `CheckpointError` if they depend on the image.
    func integers(_ index: Int) throws -> [Int] { try integers(try input(index)) }

    func integers(_ value: ArrayValue) throws -> [Int] {
        guard let numbers = planner.numbers(value) else {
            throw error(found: "a shape that depends on the image", expected: "one that does not")
        }
        return numbers.map(\.wholeNumber)
    }

    /// An axis counted from the front.
    /// - Parameter rank: number of dimensions.
    func axis(_ axis: Int, rank: Int) throws -> Int {
        guard axis >= -rank, axis < rank else { throw error(found: "axis \(axis) of \(rank)", expected: "one of them") }
        return axis < 0 ? axis + rank : axis
    }

    /// Axes, which are an attribute in older opsets and an input in newer ones; nil if absent.
    func axes(input index: Int, rank: Int) throws -> [Int]? {
        let given = try optional(index).map { try integers($0) } ?? node.integers("axes")
        guard let given else { return nil }
        let axes = try given.map { try axis($0, rank: rank) }
        guard Set(axes).count == axes.count else { throw error(found: "axes \(given)", expected: "each of them once") }
        return axes
    }

    /// - Throws: `CheckpointError` for an invalid shape.
    func checked(_ shape: [Int]) throws -> [Int] {
        guard ArrayLayout.count(of: shape) != nil else {
            throw error(found: "shape \(shape)", expected: "at most \(ArrayLayout.mostElements) numbers")
        }
        return shape
    }

    /// Allocates an array in row-major order, or with `layout`.
    func output(
        _ type: ElementType, _ shape: [Int], index: Int = 0, order: [Int]? = nil, isPlaceable: Bool = false
    ) throws -> ArrayValue {
        let shape = try checked(shape), layout = order.map { ArrayLayout(shape, order: $0) } ?? ArrayLayout(shape)
        let name = isPlaceable && node.outputs.indices.contains(index) ? node.outputs[index] : nil
        return try planner.allocate(type, layout, name: name, for: node)
    }

    /// - Parameter work: in multiply-adds; nil on overflow of `Int`.
    func emit(
        reading inputs: [ArrayValue], writing outputs: [ArrayValue], work: Int?, _ run: @escaping @Sendable (StepMemory) -> Void
    ) throws {
        let step = Step(title: node.title, reads: inputs.map(\.buffer), writes: outputs.map(\.buffer), run: run)
        try planner.emit(step, work: work, for: node)
    }

    /// Copies the elements into a dense layout.
    /// - Parameter order: the dimensions, outermost first.
    func copied(_ value: ArrayValue, order: [Int]) throws -> ArrayValue {
        let copy = try output(value.type, value.shape, order: order)
        try emitCopy(value, to: copy)
        return copy
    }

    /// The elements in row-major order, copied only if needed.
    func rowMajor(_ value: ArrayValue) throws -> ArrayValue {
        value.layout.isRowMajor ? value : try copied(value, order: Array(value.shape.indices))
    }

    func emitCopy(_ source: ArrayValue, to target: ArrayValue) throws {
        let loop = StridedLoop([target.layout, source.layout])
        try emit(reading: [source], writing: [target], work: source.count) { memory in
            let input = memory.start(source), output = memory.start(target)
            if loop.inner <= shortRow {
                let (rows, steps) = loop.last
                return loop.runPlanes { offsets in
                    for row in 0..<rows {
                        copyShort(
                            input + (offsets[1] + row * steps[1]), loop.steps[1], to: output + (offsets[0] + row * steps[0]),
                            loop.steps[0], count: loop.inner)
                    }
                }
            }
            loop.run { offsets, count in
                copy(input + offsets[1], loop.steps[1], to: output + offsets[0], loop.steps[0], count: count)
            }
        }
    }
}

/// Length of rows up to which a call per row would cost more than the copying.
private let shortRow = 16

/// Copies a few elements; three adjacent ones, such as an image's channels, without a loop.
@inline(__always)
private func copyShort(
    _ source: UnsafePointer<Float>, _ sourceStep: Int, to target: UnsafeMutablePointer<Float>, _ targetStep: Int, count: Int
) {
    if count == 3, sourceStep == 1, targetStep == 1 {
        (target[0], target[1], target[2]) = (source[0], source[1], source[2])
    } else {
        for index in 0..<count { target[index * targetStep] = source[index * sourceStep] }
    }
}

/// Copies elements at constant strides.
private func copy(
    _ source: UnsafePointer<Float>, _ sourceStep: Int, to target: UnsafeMutablePointer<Float>, _ targetStep: Int, count: Int
) {
    if sourceStep == 1, targetStep == 1 {
        target.update(from: source, count: count)
    } else {
        for index in 0..<count { target[index * targetStep] = source[index * sourceStep] }
    }
}

extension Float {
    /// The value truncated to an integer, clamped to 62 bits; 0 for NaN.
    var wholeNumber: Int {
        let limit: Float = 0x1p62
        return isNaN ? 0 : Int(Swift.min(Swift.max(self, -limit), limit))
    }
}
