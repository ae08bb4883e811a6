import Tensors

/// Linear layers with ReLU between them. Keys: `layers.N`.
struct PredictionHead: Sendable {
    let layers: [Linear]

    init(_ weights: Weights, inputs: Int, hidden: Int, outputs: Int, layers count: Int) throws {
        layers = try (0..<count).map { index in
            try Linear(
                weights["layers"][index], inputs: index == 0 ? inputs : hidden, outputs: index == count - 1 ? outputs : hidden)
        }
    }

    /// `[rows, inputs] -> [rows, outputs]`.
    func callAsFunction(_ input: Tensor) -> Tensor {
        layers.indices.reduce(input) { hidden, index in
            layers[index](hidden, activation: index == layers.count - 1 ? nil : .relu)
        }
    }
}
