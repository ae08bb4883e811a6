import Tensors

/// Linear layers with an activation between them: `proj_in`, `layers.N`, `proj_out`.
package struct FeedForward: Sendable {
    let projIn: Linear
    let layers: [Linear]
    let projOut: Linear
    let activation: Activation

    /// - Parameter layers: total number of linear layers; less than 2 means 2.
    package init(
        _ weights: Weights, inputs: Int, hidden: Int, outputs: Int, layers: Int, activation: Activation = .relu
    ) throws {
        projIn = try Linear(weights["proj_in"], inputs: inputs, outputs: hidden)
        projOut = try Linear(weights["proj_out"], inputs: hidden, outputs: outputs)
        self.layers = try (0..<max(0, layers - 2)).map {
            try Linear(weights["layers"][$0], inputs: hidden, outputs: hidden)
        }
        self.activation = activation
    }

    /// `[rows, inputs] -> [rows, outputs]`, plus `residual`.
    package func callAsFunction(_ input: Tensor, residual: Tensor? = nil) -> Tensor {
        var hidden = projIn(input, activation: activation)
        for layer in layers { hidden = layer(hidden, activation: activation) }
        return projOut(hidden, residual: residual)
    }
}
