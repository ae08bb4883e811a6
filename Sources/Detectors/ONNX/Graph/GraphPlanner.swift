import Tensors

/// Turns a graph's nodes, in their order, into steps on buffers: shapes are inferred, what depends on constants alone is
/// computed at once, and nothing else is.
final class GraphPlanner {
    let model: OnnxModel
    /// Places in which arrays that are joined later are written from the start.
    let placements: [String: ConcatPlacement]
    /// True if only shapes and constants are wanted: steps are not to be run.
    let isDraft: Bool
    private let isContinuing: Bool
    private(set) var arrays: [String: ArrayValue] = [:]
    private(set) var steps: [Step] = []
    /// Nodes from one on whose shapes only a picture decides. They are planned, and folded, when what is before them has run.
    private(set) var suspended: [OnnxNode] = []
    /// Numbers of each buffer.
    private(set) var sizes: [Int] = []
    /// Buffers whose numbers are known.
    private(set) var constants: [Int: NumberMemory] = [:]
    /// Multiply-adds of the steps so far, or about as much work.
    private(set) var work = 0
    private var folded = 0
    private var packed = 0
    private var allocated = 0
    private var joined: [String: ArrayValue] = [:]

    /// Most work of one picture: the largest published detectors take a quarter of it.
    private static let mostWork = 1 << 41
    /// Most work that is done while a file is read, and most numbers that it may make. Beyond them it is done in each run.
    private static let mostFoldedWork = 1 << 26, mostFolded = 1 << 24
    /// Most nodes: the largest published detectors have a tenth of them.
    private static let mostNodes = 1 << 14
    /// Most numbers of all buffers together: 16 GB if none were reused.
    private static let mostNumbers = 1 << 32
    /// The same for suspended nodes, whose arrays all stay until the run ends: 1 GB.
    private static let mostContinued = 1 << 28

    /// - Parameter isContinuing: true for suspended nodes, which are computed as they are planned.
    init(_ model: OnnxModel, placements: [String: ConcatPlacement] = [:], isDraft: Bool, isContinuing: Bool = false) {
        (self.model, self.placements, self.isDraft, self.isContinuing) = (model, placements, isDraft, isContinuing)
    }

    /// - Throws: `CheckpointError` when an operator, or what it is given, is not supported.
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

    /// True if as many numbers as a picture has boxes come out of it.
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

    /// Computes steps that read constants alone.
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

    /// Makes an array known under a name: an input, or what an earlier run computed.
    func define(_ name: String, _ array: ArrayValue) { arrays[name] = array }

    /// - Throws: `CheckpointError` when no earlier node makes it and the file has none of this name.
    func array(_ name: String, of node: OnnxNode) throws -> ArrayValue {
        if let array = arrays[name] { return array }
        guard let tensor = model.graph.initializers[name] else {
            throw error(node, found: "the input \(name), which nothing before it makes", expected: "nodes in order")
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

    /// The numbers of a constant in row-major order; nil for others, and where few numbers are repeated very often.
    func numbers(_ array: ArrayValue) -> [Float]? {
        guard let constant = constants[array.buffer], array.count <= max(1 << 20, 32 * constant.count) else { return nil }
        return StepMemory(count: sizes.count, at: constant.start).numbers(array)
    }

    /// A new array, without its numbers.
    /// - Parameters:
    ///   - name: of the node's output, if it may be written where it is joined with others.
    /// - Throws: `CheckpointError` when the shape is one no array may have.
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

    /// The part of a joined array that this one is.
    private func place(_ name: String, _ type: ElementType, _ shape: [Int], for node: OnnxNode) throws -> ArrayValue? {
        guard let placement = placements[name] else { return nil }
        let whole = try joined[placement.target]
            ?? allocate(type, .channelsLast(placement.shape), name: placement.target, for: node)
        joined[placement.target] = whole
        return whole.with(whole.layout.sliced(1, start: placement.channel, count: shape[1]))
    }

    /// The array others were written into from the start; nil for none.
    func joinedArray(_ name: String) -> ArrayValue? { joined[name] }

    /// - Throws: `CheckpointError` when a picture would take too much work.
    func emit(_ step: Step, work: Int?, for node: OnnxNode) throws {
        let total = self.work.addingReportingOverflow(work ?? .max)
        guard !total.overflow, total.partialValue <= Self.mostWork else {
            throw error(node, found: "more than \(Self.mostWork) multiply-adds", expected: "a model of a detector's size")
        }
        self.work = total.partialValue
        steps.append(step)
    }

    /// - Throws: `CheckpointError` when weights as kernels want them would be far larger than the file has them.
    func reserveWeights(_ count: Int?, stored: Int, for node: OnnxNode) throws {
        // Blocks of 16 outputs are filled up with zeros.
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
