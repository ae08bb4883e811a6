import Tensors

/// Fuses a graph's nodes: convolutions absorb the batch normalization, activation and residual sum that follow them.
struct GraphFusion {
    private var nodes: [OnnxNode?]
    /// Index of the node that produces each array.
    private var makers: [String: Int] = [:]
    /// Number of uses of each array, including as an output of the graph.
    private var uses: [String: Int] = [:]
    private let draft: GraphPlanner

    /// - Parameter draft: a plan of the same nodes, for shapes and constants.
    static func fused(_ nodes: [OnnxNode], outputs: [String], draft: GraphPlanner) -> [OnnxNode] {
        var fusion = GraphFusion(nodes, outputs: outputs, draft: draft)
        for place in nodes.indices { fusion.visit(place) }
        return fusion.nodes.compactMap(\.self)
    }

    private init(_ nodes: [OnnxNode], outputs: [String], draft: GraphPlanner) {
        (self.nodes, self.draft) = (nodes, draft)
        for name in outputs { uses[name, default: 0] += 1 }
        for (place, node) in nodes.enumerated() {
            for name in node.inputs { uses[name, default: 0] += 1 }
            for name in node.outputs { makers[name] = place }
        }
    }

    /// The nodes on which the outputs depend.
    static func needed(_ nodes: [OnnxNode], for outputs: [String]) -> [OnnxNode] {
        var wanted = Set(outputs), kept: [OnnxNode] = []
        for node in nodes.reversed() where node.outputs.contains(where: { wanted.contains($0) }) {
            wanted.formUnion(node.inputs)
            if let residual = node.residual { wanted.insert(residual) }
            kept.append(node)
        }
        return kept.reversed()
    }

    private mutating func visit(_ place: Int) {
        guard var node = nodes[place] else { return }
        if node.operation == "Mul" { node = gated(node, at: place) }
        if node.operation == "Concat" { node = joiningWholes(node) }
        nodes[place] = node
        if node.operation == "Add" {
            absorbSum(node, at: place)
        } else if let function = function(of: node), let conv = convolution(making: node.inputs[0]) {
            absorb(conv, at: place, outputs: node.outputs) { $0.function = function }
        } else if node.operation == "BatchNormalization", node.inputs.count == 5, let conv = convolution(making: node.inputs[0]),
            nodes[conv]?.normalization == nil, node.inputs.dropFirst().allSatisfy({ draft.model.graph.initializers[$0] != nil })
        {
            let normalization = OnnxNormalization(inputs: Array(node.inputs.dropFirst()), epsilon: node.float("epsilon", 1e-5))
            absorb(conv, at: place, outputs: Array(node.outputs.prefix(1))) { $0.normalization = normalization }
        }
    }

    /// Replaces x * sigmoid(x) and x * hardsigmoid(x) by one activation.
    private mutating func gated(_ node: OnnxNode, at place: Int) -> OnnxNode {
        guard node.inputs.count == 2 else { return node }
        for (value, gate) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
            guard uses[gate] == 1, let maker = makers[gate], let inner = nodes[maker], inner.inputs.first == value else { continue }
            var result = node
            if inner.operation == "Sigmoid" {
                result.operation = "Silu"
            } else if inner.operation == "HardSigmoid", abs(inner.float("alpha", 0.2) - 1 / 6) < 1e-6, inner.float("beta", 0.5) == 0.5 {
                result.operation = "HardSwish"
            } else {
                continue
            }
            result.inputs = [value]
            result.attributes = [:]
            nodes[maker] = nil
            uses[value, default: 0] -= 1
            return result
        }
        return node
    }

    /// Replaces a Concat of all parts of one Split along the same axis by the Split's input.
    private mutating func joiningWholes(_ node: OnnxNode) -> OnnxNode {
        var result = node, inputs: [String] = [], next = 0
        while next < node.inputs.count {
            if let maker = makers[node.inputs[next]], let split = nodes[maker], split.operation == "Split", split.outputs.count > 0,
                Array(node.inputs[next...].prefix(split.outputs.count)) == split.outputs, let rank = draft.arrays[split.inputs[0]]?.rank,
                axis(split, 0, rank) == axis(node, 0, rank)
            {
                inputs.append(split.inputs[0])
                uses[split.inputs[0], default: 0] += 1
                next += split.outputs.count
            } else {
                inputs.append(node.inputs[next])
                next += 1
            }
        }
        result.inputs = inputs
        return result
    }

    private func axis(_ node: OnnxNode, _ fallback: Int, _ rank: Int) -> Int {
        let axis = node.integer("axis", fallback)
        return axis < 0 ? axis &+ rank : axis
    }

    /// Index of a convolution whose output only this node reads and which can still be fused; nil if there is none.
    private func convolution(making name: String, takesFunction: Bool = true) -> Int? {
        guard uses[name] == 1, let maker = makers[name], let conv = nodes[maker], conv.operation == "Conv", conv.residual == nil,
            !takesFunction || conv.function == .identity, draft.arrays[name]?.rank == 4
        else { return nil }
        return maker
    }

    private func function(of node: OnnxNode) -> PointFunction? {
        guard let first = node.inputs.first, !first.isEmpty else { return nil }
        guard node.operation == "Clip" else { return Operators.function(of: node) }
        func bound(_ index: Int, _ fallback: Float) -> Float? {
            guard let name = node.input(index) else { return fallback }
            return draft.arrays[name].flatMap { draft.numbers($0)?.first }
        }
        guard let low = bound(1, -.infinity), let high = bound(2, .infinity) else { return nil }
        return .clip(low: low, high: high)
    }

    private mutating func absorbSum(_ node: OnnxNode, at place: Int) {
        guard node.inputs.count == 2, node.inputs[0] != node.inputs[1] else { return }
        for (name, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
            guard let conv = convolution(making: name, takesFunction: false), let shape = draft.arrays[name]?.shape,
                draft.arrays[other]?.shape == shape
            else { continue }
            return absorb(conv, at: place, outputs: node.outputs) { $0.residual = other }
        }
    }

    /// Moves a convolution to the position of the node it absorbs.
    private mutating func absorb(_ conv: Int, at place: Int, outputs: [String], _ change: (inout OnnxNode) -> Void) {
        guard var node = nodes[conv] else { return }
        change(&node)
        node.outputs = outputs
        nodes[conv] = nil
        nodes[place] = node
        for name in outputs { makers[name] = place }
    }
}
