/// Position of an array within the output of a Concat along the channels: the array is written there directly, without a copy.
struct ConcatPlacement {
    /// Name of the concatenated array.
    let target: String
    /// Shape of the concatenated array.
    let shape: [Int]
    let channel: Int

    /// Operators that can write their output with any layout.
    private static let writers: Set = [
        "Conv", "ConvTranspose", "MaxPool", "AveragePool", "Resize", "Concat", "Add", "Sub", "Mul", "Div", "Sigmoid", "Relu",
        "LeakyRelu", "HardSwish", "HardSigmoid", "Silu", "Clip",
    ]

    /// Upper bound on nested concatenations.
    private static let deepest = 8

    /// Placements by array name.
    /// - Parameter draft: a plan of the same nodes, for shapes and constants.
    static func all(_ nodes: [OnnxNode], outputs: [String], draft: GraphPlanner) -> [String: ConcatPlacement] {
        let makers = nodes.reduce(into: [String: String]()) { makers, node in
            for name in node.outputs { makers[name] = node.operation }
        }
        var result: [String: ConcatPlacement] = [:]
        // Nesting depth of each concatenated array.
        var depths: [String: Int] = [:]
        for node in nodes where node.operation == "Concat" {
            guard let target = node.outputs.first, let shape = draft.arrays[target]?.shape, shape.count == 4,
                [1, -3].contains(node.integer("axis", 0))
            else { continue }
            var channel = 0
            depths[target] = 0
            for name in node.inputs {
                guard let array = draft.arrays[name], array.rank == 4 else { break }
                let isPlaceable = makers[name].map { writers.contains($0) } ?? false
                let depth = depths[name].map { $0 + 1 } ?? 0
                if isPlaceable, depth <= deepest, result[name] == nil, draft.constants[array.buffer] == nil, !outputs.contains(name) {
                    result[name] = ConcatPlacement(target: target, shape: shape, channel: channel)
                    depths[target] = max(depths[target] ?? 0, depth)
                }
                channel += array.shape[1]
            }
        }
        return result
    }
}
