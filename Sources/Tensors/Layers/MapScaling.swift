import Parallelism

extension Tensor {
    /// Max-pools squares of `side` positions of a map `[height, width, channels]`, like PyTorch's `max_pool2d` with that kernel
    /// and stride: incomplete squares at the right and bottom are ignored.
    package func maxPooled(_ side: Int) -> Tensor {
        precondition(shape.count == 3, "maxPooled: not a map")
        let height = shape[0] / side, columns = shape[1] / side, channels = width, stride = shape[1]
        return Tensor([height, columns, channels]) { output in
            guard let source = storage.values.baseAddress, let target = output.baseAddress else { return }
            Parallel.ranges(height) { rows in
                for row in rows {
                    for column in 0..<columns {
                        pool(
                            source + (row * side * stride + column * side) * channels, side: side, stride: stride,
                            channels: channels, into: target + (row * columns + column) * channels)
                    }
                }
            }
        }
    }

    /// Upsamples a map `[height, width, channels]` by 2 (nearest), and adds `other` of the result's shape.
    package func repeatedTwice(adding other: Tensor) -> Tensor {
        let (height, columns, channels) = (shape[0], shape[1], width)
        precondition(other.shape == [2 * height, 2 * columns, channels], "repeatedTwice: sum of different shapes")
        return Tensor(other.shape) { output in
            let input = storage.values, added = other.storage.values
            Parallel.ranges(4 * height * columns, minimum: 2 * columns) { places in
                for place in places {
                    let row = place / (2 * columns), column = place % (2 * columns)
                    let source = (row / 2 * columns + column / 2) * channels, target = place * channels
                    for channel in 0..<channels { output[target + channel] = input[source + channel] + added[target + channel] }
                }
            }
        }
    }

    /// Permutes the dimensions: dimension i of the result is dimension `order[i]` of this.
    package func reordered(as order: [Int]) -> Tensor {
        precondition(order.sorted() == Array(shape.indices), "reordered: not an order of the dimensions")
        var strides = [Int](repeating: 1, count: shape.count)
        for dimension in shape.indices.dropLast().reversed() { strides[dimension] = strides[dimension + 1] * shape[dimension + 1] }
        let sizes = order.map { shape[$0] }, steps = order.map { strides[$0] }
        return Tensor(sizes) { output in
            guard let inner = sizes.last, let step = steps.last, inner > 0 else { return }
            let input = storage.values
            Parallel.ranges(output.count / inner, minimum: 1 << 10) { lines in
                for line in lines {
                    var rest = line, source = 0
                    for dimension in sizes.indices.dropLast().reversed() {
                        source += rest % sizes[dimension] * steps[dimension]
                        rest /= sizes[dimension]
                    }
                    for index in 0..<inner { output[line * inner + index] = input[source + index * step] }
                }
            }
        }
    }
}

/// Maximum of each channel in a square of `side` positions.
private func pool(
    _ square: UnsafePointer<Float>, side: Int, stride: Int, channels: Int, into place: UnsafeMutablePointer<Float>
) {
    place.update(from: square, count: channels)
    for other in 1..<max(1, side * side) {
        let input = square + (other / side * stride + other % side) * channels
        for channel in 0..<channels { place[channel] = max(place[channel], input[channel]) }
    }
}
