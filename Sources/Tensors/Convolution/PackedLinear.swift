/// A linear layer, or several with the same input fused, for a number of rows that is fixed at creation. Keys of each: `weight`
/// `[outputs, inputs]`, `bias` `[outputs]`.
///
/// In single precision, weights are copied and packed: 1.1 to 1.5 times as fast as OpenBLAS, which repacks them for every part
/// of every product, at the price of a copy. In another storage type they are multiplied in that type where the machine is
/// faster that way, and otherwise converted to single precision.
package struct PackedLinear: Sendable {
    private let product: Form
    package let outputs: Int

    private enum Form {
        case packed(PackedConvolution)
        case matrix(WeightMatrix, bias: Tensor?)
    }

    /// - Parameters:
    ///   - parts: the layers, whose outputs are concatenated.
    ///   - outputs: number of outputs of each layer.
    ///   - scale: factors of the outputs, bias included, `[outputs]`; nil for 1.
    ///   - format: storage type to which weights are converted.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape; `InputError` if a weight cannot be converted
    ///   to that type.
    package init(
        _ parts: [Weights], rows: Int, inputs: Int, outputs: Int, bias: Bool = true, scale: Tensor? = nil, format: DataType = .f32
    ) throws {
        precondition(scale.map { $0.count == outputs } ?? true, "PackedLinear: scale of another size")
        let factors = scale?.array ?? [Float](repeating: 1, count: outputs)
        let biases = try bias ? parts.flatMap { zip(try $0["bias"].tensor([outputs]).array, factors).map { $0 * $1 } } : nil
        self.outputs = parts.count * outputs
        var weights = try Self.joined(parts, inputs: inputs, outputs: outputs, factors)
        if format != .f32 {
            let stored = try StoredTensor(dataType: .f32, shape: weights.shape, bytes: weights.storage.bytes.slice(0..<weights.count * 4))
                .converted(to: format)
            guard !stored.matrix.takesPacked(rows: rows) else {
                product = .matrix(stored.matrix, bias: biases.map { Tensor([parts.count * outputs], values: $0) })
                return
            }
            weights = stored.tensor
        }
        let sizes = ConvolutionSizes(
            channels: inputs, outputs: parts.count * outputs, input: .init(1, rows), output: .init(1, rows), kernel: .init(1, 1))
        let start = weights.storage.start
        product = .packed(PackedConvolution(sizes, bias: biases) { output, channel, _, _ in start[output * inputs + channel] })
        withExtendedLifetime(weights) {}
    }

    package init(
        _ weights: Weights, rows: Int, inputs: Int, outputs: Int, bias: Bool = true, scale: Tensor? = nil, format: DataType = .f32
    ) throws {
        try self.init([weights], rows: rows, inputs: inputs, outputs: outputs, bias: bias, scale: scale, format: format)
    }

    /// The layers' weights stacked by rows, times the factors of their outputs.
    private static func joined(_ parts: [Weights], inputs: Int, outputs: Int, _ factors: [Float]) throws -> Tensor {
        let weights = try parts.map { try $0["weight"].tensor([outputs, inputs]) }
        return Tensor([parts.count * outputs, inputs]) { target in
            for (part, tensor) in weights.enumerated() {
                tensor.withValues { values in
                    for index in values.indices { target[part * outputs * inputs + index] = values[index] * factors[index / inputs] }
                }
            }
        }
    }

    /// `activation(x W^T + b) + residual`: `[rows, inputs] -> [rows, outputs]`.
    package func callAsFunction(_ input: Tensor, activation: Activation? = nil, residual: Tensor? = nil) -> Tensor {
        switch product {
        case .packed(let product):
            product(input, activation: activation, residual: residual).reshaped([input.rows, outputs])
        case .matrix(let matrix, let bias):
            matrixMultiply(input, matrix, bias: bias, activation: activation, residual: residual)
        }
    }
}
