import Tensors

/// Plans a graph's nodes, in order, as steps on buffers: infers shapes, and computes at once what depends on constants alone.
final class GraphPlanner {
    let model: OnnxModel
    /// Placements of arrays in the concatenated arrays into which they are written directly.
    let placements: [String: ConcatPlacement]
    /// True if only shapes and constants are needed and the steps are not run.
    let isDraft: Bool
    private let isContinuing: Bool
    private(set) var arrays: [String: ArrayValue] = [:]
    private(set) var steps: [Step] = []
    /// The nodes from the first one whose shapes depend on the image's content. They are planned and run after the steps before
    /// them.
    private(set) var suspended: [OnnxNode] = []
    /// Elements of each buffer.
    private(set) var sizes: [Int] = []
    /// Buffers with known contents.
    private(set) var constants: [Int: NumberMemory] = [:]
    /// Multiply-adds of the steps so far, or an equivalent estimate.
    private(set) var work = 0
    private var folded = 0
    private var packed = 0
    private var allocated = 0
    private var joined: [String: ArrayValue] = [:]

    /// Upper bound on the work per image, four times that of the largest published detectors.
    private static let mostWork = 1 << 41
    /// Upper bounds on the work of constant folding and on the elements it produces. Anything larger is computed in each run.
    private static let mostFoldedWork = 1 << 26, mostFolded = 1 << 24
    /// Upper bound on nodes, ten times the number in the largest published detectors.
    private static let mostNodes = 1 << 14
    /// Upper bound on the elements of all buffers together: 16 GB without reuse.
    private static let mostNumbers = 1 << 32
    /// The same for suspended nodes, whose arrays are all kept until the run ends: 1 GB.
    private static let mostContinued = 1 << 28

    /// - Parameter isContinuing: true for suspended nodes, which are computed while they are planned.
    init(_ model: OnnxModel, placements: [String: ConcatPlacement] = [:], isDraft: Bool, isContinuing: Bool = false) {
        (self.model, self.placements, self.isDraft, self.isContinuing) = (model, placements, isDraft, isContinuing)
    }

    /// - Throws: `CheckpointError` if an operator or its arguments are not supported.
    func plan(_ nodes: [OnnxNode]) throws {
        guard nodes.count <= Self.mostNodes else {
            throw CheckpointError(file: model.path, found: "\(nodes.count) nodes", expected: "at most \(Self.mostNodes)")
        }
        for (place, node) in nodes.enumerated() {
            if try isSuspending(node) {
                suspended = Array(nodes[place...])
                return
            }
            try plan(node)
        }
    }

    /// True if the node's output size depends on the number of boxes in the image.
    private func isSuspending(_ node: OnnxNode) throws -> Bool {
        guard node.operation == "NonMaxSuppression" else { return false }
        return try node.inputs.prefix(2).contains { constants[try array($0, of: node).buffer] == nil }
    }

    private func plan(_ node: OnnxNode) throws {
        guard let operation = Operators.all[node.operation] else {
            throw error(node, found: "the operator \(node.operation)", expected: "one that is supported")
        }
        let first = steps.count, workBefore = work, firstBuffer = sizes.count
        let inputs = try node.inputs.map { $0.isEmpty ? nil : try array($0, of: node) }
        let outputs = try operation(NodePlan(node: node, inputs: inputs, planner: self))
        for (name, output) in zip(node.outputs, outputs) where !name.isEmpty { arrays[name] = output }
        foldSteps(from: first, firstBuffer: firstBuffer, work: work - workBefore)
    }

    /// Runs steps that read constants alone.
    private func foldSteps(from firstStep: Int, firstBuffer: Int, work: Int) {
        let new = steps[firstStep...], written = Set(new.flatMap(\.writes))
        let numbers = written.reduce(0) { $0 + sizes[$1] }
        guard !new.isEmpty, isContinuing || work <= Self.mostFoldedWork && folded + numbers <= Self.mostFolded,
            written.allSatisfy({ $0 >= firstBuffer }), !joined.values.contains(where: { written.contains($0.buffer) }),
            new.allSatisfy({ $0.reads.allSatisfy { constants[$0] != nil || written.contains($0) } })
        else { return }
        folded += numbers
        for buffer in written { constants[buffer] = NumberMemory(count: sizes[buffer]) }
        let known = written.union(new.flatMap(\.reads)).compactMap { buffer in constants[buffer].map { (buffer, $0.start) } }
        guard let first = known.first else { return }
        var memory = StepMemory(count: sizes.count, at: first.1)
        for (buffer, start) in known { memory.set(buffer, start) }
        for step in new { step.run(memory) }
        steps.removeSubrange(firstStep...)
        self.work -= work
    }

    /// Defines an array by name: an input, or a result of an earlier run.
    func define(_ name: String, _ array: ArrayValue) { arrays[name] = array }

    /// - Throws: `CheckpointError` if neither an earlier node nor the file provides it.
    func array(_ name: String, of node: OnnxNode) throws -> ArrayValue {
        if let array = arrays[name] { return array }
        guard let tensor = model.graph.initializers[name] else {
            throw error(node, found: "the input \(name), which no earlier node produces", expected: "nodes in order")
        }
        let (type, values) = try tensor.values(file: model.path)
        let array = constant(type, tensor.shape, values)
        arrays[name] = array
        return array
    }

    func constant(_ type: ElementType, _ shape: [Int], _ values: [Float]) -> ArrayValue {
        constants[sizes.count] = NumberMemory(values)
        sizes.append(values.count)
        return ArrayValue(type: type, buffer: sizes.count - 1, layout: ArrayLayout(shape))
    }

    /// The elements of a constant in row-major order; nil if not constant, or if broadcasting expands it excessively.
    func numbers(_ array: ArrayValue) -> [Float]? {
        guard let constant = constants[array.buffer], array.count <= max(1 << 20, 32 * constant.count) else { return nil }
        return StepMemory(count: sizes.count, at: constant.start).numbers(array)
    }

    /// Allocates an array, uninitialised.
    /// - Parameters:
    ///   - name: name of the node's output, if it may be written directly into a concatenated array.
    /// - Throws: `CheckpointError` for an invalid shape.
    func allocate(_ type: ElementType, _ layout: ArrayLayout, name: String? = nil, for node: OnnxNode) throws -> ArrayValue {
        if let name, let placed = try place(name, type, layout.shape, for: node) { return placed }
        allocated += layout.count
        let limit = isContinuing ? Self.mostContinued : Self.mostNumbers
        guard allocated <= limit else {
            throw error(node, found: "arrays of \(allocated) numbers", expected: "at most \(limit)")
        }
        sizes.append(layout.count)
        return ArrayValue(type: type, buffer: sizes.count - 1, layout: layout)
    }

    /// The section of a concatenated array to which this array is written.
    private func place(_ name: String, _ type: ElementType, _ shape: [Int], for node: OnnxNode) throws -> ArrayValue? {
        guard let placement = placements[name] else { return nil }
        let whole = try joined[placement.target]
            ?? allocate(type, .channelsLast(placement.shape), name: placement.target, for: node)
        joined[placement.target] = whole
        return whole.with(whole.layout.sliced(1, start: placement.channel, count: shape[1]))
    }

    /// The concatenated array into which others have been written directly; nil if there is none.
    func joinedArray(_ name: String) -> ArrayValue? { joined[name] }

    /// - Throws: `CheckpointError` if an image would take too much work.
    func emit(_ step: Step, work: Int?, for node: OnnxNode) throws {
        let total = self.work.addingReportingOverflow(work ?? .max)
        guard !total.overflow, total.partialValue <= Self.mostWork else {
            throw error(node, found: "more than \(Self.mostWork) multiply-adds", expected: "a model of a detector's size")
        }
        self.work = total.partialValue
        steps.append(step)
    }

    /// - Throws: `CheckpointError` if the packed weights would be far larger than those in the file.
    func reserveWeights(_ count: Int?, stored: Int, for node: OnnxNode) throws {
        // Blocks of 16 outputs are padded by zeros.
        let total = packed.addingReportingOverflow(count ?? .max), limit = ArrayLayout.mostElements * 4
        guard !total.overflow, total.partialValue <= limit, (count ?? .max) <= max(1 << 20, 32 * stored) else {
            throw error(node, found: "weights of more than \(limit) numbers", expected: "a model of a detector's size")
        }
        packed = total.partialValue
    }

    func error(_ node: OnnxNode, found: String, expected: String) -> CheckpointError {
        CheckpointError(file: model.path, subject: node.title, found: found, expected: expected)
    }
}
