import Parallelism

/// A convolution on a map `[height, width, channels]`; channels last, so that a position's values are contiguous. Keys, as in
/// PyTorch: `weight` `[outputs, inputs, kernel, kernel]`, `bias` `[outputs]` if present.
package struct Conv2d: Sendable {
    /// For a 1 x 1 kernel the weight itself, else `[outputs, kernel * kernel * inputs]`, in the order of a patch.
    let projection: Linear
    let inputs: Int
    let kernel: Int
    let stride: Int
    let padding: Int

    /// - Parameter padding: zero padding on all sides.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(
        _ weights: Weights, inputs: Int, outputs: Int, kernel: Int = 1, stride: Int = 1, padding: Int = 0, bias: Bool = true
    ) throws {
        self.inputs = inputs
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        let shape = [outputs, inputs, kernel, kernel]
        if kernel == 1 {
            projection = try Linear(convolution: weights, shape: shape, bias: bias)
        } else {
            let stored = try weights["weight"].tensor(shape)
            projection = Linear(
                weight: stored.reordered(as: [0, 2, 3, 1]).reshaped([outputs, kernel * kernel * inputs]),
                bias: bias ? try weights["bias"].tensor([outputs]) : nil)
        }
    }

    /// `[height, width, inputs] -> [height', width', outputs]`.
    package func callAsFunction(_ map: Tensor) -> Tensor {
        precondition(map.shape.count == 3 && map.width == inputs, "Conv2d: not a map of this many channels")
        precondition(min(map.shape[0], map.shape[1]) + 2 * padding >= kernel, "Conv2d: map smaller than the kernel")
        let height = (map.shape[0] + 2 * padding - kernel) / stride + 1
        let width = (map.shape[1] + 2 * padding - kernel) / stride + 1
        let outputs = projection.weight.rows
        if kernel == 1, stride == 1, padding == 0 { return projection(map).reshaped([height, width, outputs]) }
        // Patches of one band of rows at a time, because all together would take kernel * kernel times the map's memory.
        let band = max(1, 4096 / width)
        return Tensor([height, width, outputs]) { output in
            for first in Swift.stride(from: 0, to: height, by: band) {
                let rows = first..<min(height, first + band)
                let values = projection(patches(map, rows: rows, width: width))
                _ = output[(first * width * outputs)...].update(fromContentsOf: values.storage.values)
            }
        }
    }

    /// im2col: input values under the kernel for each position of a range of output rows, `[rows * width, kernel * kernel *
    /// inputs]`.
    private func patches(_ map: Tensor, rows: Range<Int>, width: Int) -> Tensor {
        let line = kernel * inputs
        return Tensor([rows.count * width, kernel * line]) { output in
            guard let source = map.storage.values.baseAddress, let target = output.baseAddress else { return }
            Parallel.forEach(rows.count * kernel) { task in
                let row = task / kernel, tap = task % kernel
                let y = (rows.lowerBound + row) * stride + tap - padding
                for x in 0..<width {
                    let patch = target + (row * width + x) * kernel * line + tap * line
                    let left = x * stride - padding
                    let first = max(0, -left), end = min(kernel, map.shape[1] - left)
                    guard y >= 0, y < map.shape[0], first < end else {
                        patch.update(repeating: 0, count: line)
                        continue
                    }
                    patch.update(repeating: 0, count: first * inputs)
                    (patch + first * inputs).update(
                        from: source + (y * map.shape[1] + left + first) * inputs, count: (end - first) * inputs)
                    (patch + end * inputs).update(repeating: 0, count: (kernel - end) * inputs)
                }
            }
        }
    }
}
