/// A linear layer, or several of the same input side by side, for a number of rows that is known when it is made. Weights are
/// copied to single precision and packed: 1.1 to 1.5 times as fast as OpenBLAS, which packs them anew for every part of every
/// product, at the price of a copy. Keys of each: `weight` `[outputs, inputs]`, `bias` `[outputs]`.
package struct PackedLinear: Sendable {
    private let product: PackedConvolution
    package let outputs: Int

    /// - Parameters:
    ///   - parts: the layers, whose outputs come one after the other.
    ///   - outputs: of each.
    ///   - scale: factors of the outputs, bias included, `[outputs]`; nil for 1.
    /// - Throws: `CheckpointError` when a tensor is missing or has another shape.
    package init(
        _ parts: [Weights], rows: Int, inputs: Int, outputs: Int, bias: Bool = true, scale: Tensor? = nil
    ) throws {
        precondition(scale.map { $0.count == outputs } ?? true, "PackedLinear: scale of another size")
        let weights = try parts.map { try $0["weight"].tensor([outputs, inputs]) }
        let factors = scale?.array ?? [Float](repeating: 1, count: outputs)
        let biases = try bias ? parts.flatMap { zip(try $0["bias"].tensor([outputs]).array, factors).map { $0 * $1 } } : nil
        let sizes = ConvolutionSizes(
            channels: inputs, outputs: parts.count * outputs, input: .init(1, rows), output: .init(1, rows), kernel: .init(1, 1))
        product = PackedConvolution(sizes, bias: biases) { output, channel, _, _ in
            weights[output / outputs].storage.start[output % outputs * inputs + channel] * factors[output % outputs]
        }
        self.outputs = parts.count * outputs
    }

    package init(_ weights: Weights, rows: Int, inputs: Int, outputs: Int, bias: Bool = true, scale: Tensor? = nil) throws {
        try self.init([weights], rows: rows, inputs: inputs, outputs: outputs, bias: bias, scale: scale)
    }

    /// `activation(x W^T + b) + residual`: `[rows, inputs] -> [rows, outputs]`.
    package func callAsFunction(_ input: Tensor, activation: Activation? = nil, residual: Tensor? = nil) -> Tensor {
        product(input, activation: activation, residual: residual).reshaped([input.rows, outputs])
    }
}
