import Parallelism

/// Interpolation method of `interpolated`.
package enum Interpolation: Sendable {
    case bilinear
    /// Keys' cubic with a = -0.75.
    case bicubic
    /// Keys' cubic with a = -0.5; for downscaling, widened by the scale.
    case bicubicAntialiased
    /// Bilinear for upscaling; for downscaling, a triangle filter widened by the scale, so that every value contributes.
    case bilinearAntialiased
}

extension Tensor {
    /// Resizes planes `[planes, height, width]` like PyTorch's `interpolate` with `align_corners=False`: in single precision,
    /// along rows first, then down columns.
    package func interpolated(height: Int, width columns: Int, _ interpolation: Interpolation) -> Tensor {
        precondition(shape.count == 3, "interpolated: not planes")
        let (inputHeight, inputWidth) = (shape[1], shape[2])
        precondition(inputHeight > 0 && inputWidth > 0 && height > 0 && columns > 0, "interpolated: empty")
        return alongRows(InterpolationTaps(input: inputWidth, output: columns, interpolation), columns)
            .downColumns(InterpolationTaps(input: inputHeight, output: height, interpolation), height)
    }

    /// Resizes a map `[height, width, channels]` by the same arithmetic.
    package func interpolatedMap(height: Int, width columns: Int, _ interpolation: Interpolation) -> Tensor {
        precondition(shape.count == 3, "interpolatedMap: not a map")
        let (inputHeight, inputWidth, channels) = (shape[0], shape[1], shape[2])
        precondition(inputHeight > 0 && inputWidth > 0 && height > 0 && columns > 0, "interpolatedMap: empty")
        // With channels last, both directions are sums of whole lines.
        return downColumns(InterpolationTaps(input: inputWidth, output: columns, interpolation), columns)
            .reshaped([1, inputHeight, columns * channels])
            .downColumns(InterpolationTaps(input: inputHeight, output: height, interpolation), height)
            .reshaped([height, columns, channels])
    }

    /// `[planes, height, width] -> [planes, height, columns]`.
    private func alongRows(_ taps: InterpolationTaps, _ columns: Int) -> Tensor {
        let (rows, inputWidth) = (shape[0] * shape[1], shape[2])
        return Tensor([shape[0], shape[1], columns]) { output in
            let input = storage.values
            Parallel.ranges(rows, minimum: 8) { rows in
                for row in rows {
                    for x in 0..<columns {
                        output[row * columns + x] = taps.sum(of: UnsafeBufferPointer(input), from: row * inputWidth, at: x)
                    }
                }
            }
        }
    }

    /// `[planes, height, width] -> [planes, rows, width]`.
    private func downColumns(_ taps: InterpolationTaps, _ height: Int) -> Tensor {
        let (planes, inputHeight, columns) = (shape[0], shape[1], shape[2])
        return Tensor([planes, height, columns]) { output in
            guard let target = output.baseAddress else { return }
            let input = storage.start
            Parallel.ranges(planes * height, minimum: 8) { rows in
                for row in rows {
                    let line = target + row * columns
                    line.update(repeating: 0, count: columns)
                    for tap in taps.range(row % height) {
                        let source = input + (row / height * inputHeight + taps.positions[tap]) * columns
                        let weight = taps.weights[tap]
                        for x in 0..<columns { line[x] += source[x] * weight }
                    }
                }
            }
        }
    }
}

/// Input positions and weights of each output position along one dimension.
private struct InterpolationTaps {
    /// Number of taps per output position.
    let count: Int
    private(set) var positions: [Int] = []
    private(set) var weights: [Float] = []

    init(input: Int, output: Int, _ interpolation: Interpolation) {
        let scale = Float(input) / Float(output)
        switch interpolation {
        case .bilinear:
            count = 2
            for position in 0..<output {
                let source = max(0, Self.source(of: position, scale))
                let low = min(Int(source), input - 1), part = source - Float(low)
                positions += [low, min(low + 1, input - 1)]
                weights += [1 - part, part]
            }
        case .bicubic:
            count = 4
            for position in 0..<output {
                let source = Self.source(of: position, scale)
                let low = source.rounded(.down), part = source - low
                positions += (-1...2).map { min(max(Int(low) + $0, 0), input - 1) }
                weights += [part + 1, part, 1 - part, 2 - part].map { Self.cubic($0, a: -0.75) }
            }
        case .bilinearAntialiased, .bicubicAntialiased:
            let isCubic = interpolation == .bicubicAntialiased
            let filter = max(scale, 1), reach = isCubic ? 2 * filter : filter
            count = Int(reach.rounded(.up)) * 2 + 1
            for position in 0..<output {
                let centre = scale * (Float(position) + 0.5)
                let first = max(Int(centre - reach + 0.5), 0)
                let end = min(Int(centre + reach + 0.5), input)
                let parts = (0..<count).map { offset -> Float in
                    guard offset < end - first else { return 0 }
                    let distance = (Float(offset + first) - centre + 0.5) / filter
                    return isCubic ? Self.cubic(distance, a: -0.5) : max(0, 1 - abs(distance))
                }
                let sum = parts.reduce(0, +)
                positions += (0..<count).map { min(first + $0, input - 1) }
                weights += parts.map { sum == 0 ? $0 : $0 / sum }
            }
        }
    }

    /// Input coordinate of an output position, rounded once, as in PyTorch's kernels. Rounding twice is off by some 1e-5 of a
    /// position in a line of a few hundred, which shows where values change fast.
    private static func source(of position: Int, _ scale: Float) -> Float {
        Float(-0.5).addingProduct(scale, Float(position) + 0.5)
    }

    /// The value at one position of a line that starts at `first`.
    @inline(__always)
    func sum(of input: UnsafeBufferPointer<Float>, from first: Int, at position: Int) -> Float {
        var sum: Float = 0
        for tap in range(position) { sum += input[first + positions[tap]] * weights[tap] }
        return sum
    }

    func range(_ position: Int) -> Range<Int> { position * count..<(position + 1) * count }

    private static func cubic(_ distance: Float, a: Float) -> Float {
        let x = abs(distance)
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }
}
