import Parallelism

/// A depthwise convolution with stride 1, on a map `[height, width, channels]`. Keys, as in PyTorch: `weight` `[channels, 1,
/// kernel, kernel]`, `bias` `[channels]`.
package struct DepthwiseConv2d: Sendable {
    /// `[kernel * kernel, channels]`.
    let taps: Tensor
    let bias: Tensor
    let kernel: Int
    let padding: Int

    /// - Parameter padding: zero padding on all sides.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(_ weights: Weights, channels: Int, kernel: Int, padding: Int) throws {
        taps = try weights["weight"].tensor([channels, 1, kernel, kernel])
            .reordered(as: [1, 2, 3, 0]).reshaped([kernel * kernel, channels])
        bias = try weights["bias"].tensor([channels])
        self.kernel = kernel
        self.padding = padding
    }

    /// `[height, width, channels] -> [height', width', channels]`.
    package func callAsFunction(_ map: Tensor) -> Tensor {
        precondition(map.shape.count == 3 && map.width == taps.width, "DepthwiseConv2d: not a map of this many channels")
        let (rows, columns, channels) = (map.shape[0], map.shape[1], map.width)
        let height = rows + 2 * padding - kernel + 1, width = columns + 2 * padding - kernel + 1
        precondition(height > 0 && width > 0, "DepthwiseConv2d: map smaller than the kernel")
        return Tensor([height, width, channels]) { output in
            guard let source = map.storage.values.baseAddress, let target = output.baseAddress else { return }
            Parallel.ranges(height) { range in
                for y in range {
                    for x in 0..<width {
                        convolve(source, rows, columns, y: y, x: x, into: target + (y * width + x) * channels)
                    }
                }
            }
        }
    }

    /// Computes all channels of one output position.
    private func convolve(
        _ source: UnsafePointer<Float>, _ rows: Int, _ columns: Int, y: Int, x: Int, into place: UnsafeMutablePointer<Float>
    ) {
        let channels = taps.width, taps = taps.storage.start
        place.update(from: bias.storage.start, count: channels)
        for row in max(0, padding - y)..<min(kernel, rows + padding - y) {
            for column in max(0, padding - x)..<min(kernel, columns + padding - x) {
                let input = source + ((y + row - padding) * columns + x + column - padding) * channels
                let tap = taps + (row * kernel + column) * channels
                for channel in 0..<channels { place[channel] += input[channel] * tap[channel] }
            }
        }
    }
}
