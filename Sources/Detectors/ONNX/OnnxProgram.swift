import Tensors

/// A graph that is ready to run: steps on buffers, and the constants they read. Immutable, and safe to run from several threads.
package final class OnnxProgram: Sendable {
    package let path: String
    /// Exporter metadata of the file.
    package let metadata: [String: String]
    /// The graph's inputs, with static shapes.
    let inputs: [(name: String, array: ArrayValue)]
    /// Names of the outputs, in order.
    package let outputNames: [String]
    /// Shape of each output; nil if it depends on the image's content.
    package let outputShapes: [[Int]?]
    /// Multiply-adds per image, or an equivalent estimate, as far as known in advance.
    package let work: Int
    private let model: OnnxModel
    private let steps: [Step]
    private let constants: [Int: NumberMemory]
    private let placement: BufferPlacement
    private let arrays: [String: ArrayValue]
    private let suspended: [OnnxNode]

    /// Upper bound on the elements of one run's arrays: 2 GB, several times what the largest published detectors take.
    private static let mostMemory = 1 << 29

    /// Supported opsets.
    private static let operatorSets = 11...23

    /// - Parameter sizes: height and width of images, for files with dynamic sizes.
    /// - Throws: `CheckpointError` if the file cannot be run.
    init(_ model: OnnxModel, height: Int? = nil, width: Int? = nil) throws {
        try Self.check(model)
        let outputs = model.graph.outputs.map(\.name), nodes = GraphFusion.needed(model.graph.nodes, for: outputs)
        let draft = GraphPlanner(model, isDraft: true)
        _ = try Self.defineInputs(draft, height, width)
        try draft.plan(nodes)
        let fused = GraphFusion.needed(GraphFusion.fused(nodes, outputs: outputs, draft: draft), for: outputs)
        let planner = GraphPlanner(
            model, placements: ConcatPlacement.all(fused, outputs: outputs, draft: draft), isDraft: false)
        let inputs = try Self.defineInputs(planner, height, width)
        try planner.plan(fused)
        let suspended = planner.suspended, known = planner.arrays
        let kept = Set(outputs + suspended.flatMap(\.inputs) + suspended.compactMap(\.residual))
        if suspended.isEmpty, let missing = outputs.first(where: { known[$0] == nil }) {
            throw CheckpointError(file: model.path, found: "the output \(missing), which no node produces", expected: "nodes that do")
        }
        (path, metadata, self.inputs, outputNames) = (model.path, model.metadata, inputs, outputs)
        outputShapes = outputs.map { known[$0]?.shape }
        arrays = known.filter { kept.contains($0.key) }
        // Weights are packed, so their bytes are only kept for nodes that are yet to be planned.
        self.suspended = suspended
        self.model = suspended.isEmpty ? OnnxModel(path: model.path, opset: model.opset) : model
        steps = planner.steps
        work = planner.work
        let read = Set(steps.flatMap(\.reads) + arrays.values.map(\.buffer))
        constants = planner.constants.filter { read.contains($0.key) }
        placement = BufferPlacement(
            steps, sizes: planner.sizes, inputs: Set(inputs.map(\.array.buffer)), outputs: Set(arrays.values.map(\.buffer)),
            constants: Set(planner.constants.keys))
        guard placement.count <= Self.mostMemory else {
            let megabytes = placement.count / (1 << 18)
            throw CheckpointError(
                file: model.path, found: "\(megabytes) MB of memory for an image", expected: "at most \(Self.mostMemory / (1 << 18))")
        }
    }

    private static func check(_ model: OnnxModel) throws {
        func error(_ subject: String?, found: String, expected: String) -> CheckpointError {
            CheckpointError(file: model.path, subject: subject, found: found, expected: expected)
        }
        guard operatorSets.contains(model.opset) else {
            throw error(nil, found: "operator set \(model.opset)", expected: "\(operatorSets.lowerBound) to \(operatorSets.upperBound)")
        }
        var known = Set(model.graph.inputs.map(\.name))
        for node in model.graph.nodes {
            for name in node.outputs where !name.isEmpty && !known.insert(name).inserted {
                throw error(node.title, found: "the output \(name), which another node produces already", expected: "one node per array")
            }
            if node.operation.contains("QuantizeLinear") || node.operation.hasPrefix("QLinear") || node.operation.hasSuffix("Integer") {
                throw error(
                    node.title, found: "weights in 8 bits (a quantised export)", expected: "an export in single or half precision")
            }
            guard Operators.all[node.operation] != nil, ["", "ai.onnx"].contains(node.domain) else {
                let name = node.domain.isEmpty ? node.operation : "\(node.domain).\(node.operation)"
                throw error(node.title, found: "the operator \(name)", expected: "one that is supported")
            }
        }
    }

    /// Defines the graph's inputs, with maps in channels-last layout.
    private static func defineInputs(
        _ planner: GraphPlanner, _ height: Int?, _ width: Int?
    ) throws -> [(name: String, array: ArrayValue)] {
        let model = planner.model
        return try model.graph.inputs.filter { model.graph.initializers[$0.name] == nil }.map { port in
            let node = OnnxNode(name: port.name, operation: "input")
            guard let type = OnnxTensor.DataType(rawValue: port.type) else {
                throw planner.error(node, found: "data of type \(port.type)", expected: "numbers")
            }
            var shape: [Int] = []
            for (place, size) in port.shape.enumerated() {
                let given = port.shape.count != 4 ? nil : place == 0 ? 1 : place == 2 ? height : place == 3 ? width : nil
                guard let size = size ?? given else {
                    throw planner.error(node, found: "a dynamic size", expected: "an explicit input size")
                }
                shape.append(size)
            }
            guard ArrayLayout.count(of: shape) != nil else {
                throw planner.error(node, found: "shape \(shape)", expected: "at most \(ArrayLayout.mostElements) numbers")
            }
            let array = try planner.allocate(type.element, .channelsLast(shape), for: node)
            planner.define(port.name, array)
            return (port.name, array)
        }
    }

    /// Runs the graph.
    /// - Parameter fill: writes an input's values according to its layout.
    /// - Returns: outputs in order, row-major.
    package func run(_ fill: (_ name: String, UnsafeMutablePointer<Float>, ArrayLayout) -> Void) throws -> [Tensor] {
        let block = NumberMemory(count: placement.count)
        var memory = StepMemory(count: placement.offsets.count, at: block.start)
        for (buffer, offset) in placement.offsets.enumerated() { if let offset { memory.set(buffer, block.start + offset) } }
        for (buffer, constant) in constants { memory.set(buffer, constant.start) }
        for input in inputs { fill(input.name, memory.start(input.array), input.array.layout) }
        for step in steps { step.run(memory) }
        let results = suspended.isEmpty ? arrays.mapValues { Self.tensor(memory, $0) } : try finish(memory)
        withExtendedLifetime(block) {}
        return outputNames.compactMap { results[$0] }
    }

    private static func tensor(_ memory: StepMemory, _ array: ArrayValue) -> Tensor {
        Tensor(array.shape) { memory.copyNumbers(array, to: $0) }
    }

    /// Plans and runs the suspended nodes, whose shapes depend on the image's content.
    private func finish(_ memory: StepMemory) throws -> [String: Tensor] {
        let planner = GraphPlanner(model, isDraft: false, isContinuing: true)
        for (name, array) in arrays { planner.define(name, planner.constant(array.type, array.shape, memory.numbers(array))) }
        try planner.plan(suspended)
        return outputNames.reduce(into: [:]) { results, name in
            guard let array = planner.arrays[name], let numbers = planner.numbers(array) else { return }
            results[name] = Tensor(array.shape, values: numbers)
        }
    }
}