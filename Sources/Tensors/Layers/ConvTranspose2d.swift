import Parallelism

/// A transposed convolution with stride equal to kernel size, on a map `[height, width, channels]`: each position becomes a
/// square. Keys, as in PyTorch: `weight` `[inputs, outputs, kernel, kernel]`, `bias` `[outputs]`.
package struct ConvTranspose2d: Sendable {
    /// `[kernel * kernel * outputs, inputs]`: kernel row, kernel column, channel.
    let weight: WeightMatrix
    /// `[kernel * kernel * outputs]`.
    let bias: Tensor
    let outputs: Int
    let kernel: Int

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(_ weights: Weights, inputs: Int, outputs: Int, kernel: Int) throws {
        weight = WeightMatrix(
            try weights["weight"].tensor([inputs, outputs, kernel, kernel])
                .reordered(as: [2, 3, 1, 0]).reshaped([kernel * kernel * outputs, inputs]))
        let bias = try weights["bias"].tensor([outputs])
        self.bias = .concatenatingRows(Array(repeating: bias.reshaped([1, outputs]), count: kernel * kernel))
            .reshaped([kernel * kernel * outputs])
        self.outputs = outputs
        self.kernel = kernel
    }

    /// `[height, width, inputs] -> [kernel * height, kernel * width, outputs]`.
    package func callAsFunction(_ map: Tensor) -> Tensor {
        precondition(map.shape.count == 3 && map.width == weight.columns, "ConvTranspose2d: not a map of this many channels")
        let (height, width) = (map.shape[0], map.shape[1])
        let squares = matrixMultiply(map, weight, bias: bias)
        let line = kernel * outputs
        return Tensor([kernel * height, kernel * width, outputs]) { output in
            guard let source = squares.storage.values.baseAddress, let target = output.baseAddress else { return }
            Parallel.ranges(height * kernel) { rows in
                for row in rows {
                    for x in 0..<width {
                        let place = (row / kernel * width + x) * kernel + row % kernel
                        (target + (row * width + x) * line).update(from: source + place * line, count: line)
                    }
                }
            }
        }
    }
}
