import Parallelism
import Tensors

/// Pooling over a map.
extension Operators {
    static let pools: [String: Operator] = [
        "MaxPool": { plan in
            guard plan.node.outputs.count == 1 else { throw plan.error(found: "a second output", expected: "only the maxima") }
            return [try pool(plan, .largest)]
        },
        "AveragePool": { try [pool($0, $0.node.integer("count_include_pad", 0) == 0 ? .mean : .meanWithPadding)] },
        "GlobalAveragePool": { plan in
            let input = try plan.input(0)
            guard input.rank > 2 else { throw plan.error(found: "shape \(input.shape)", expected: "a map") }
            return [try reduce(plan, input, axes: Array(2..<input.rank), keepsAxes: true, .mean)]
        },
        "GlobalMaxPool": { plan in
            let input = try plan.input(0)
            guard input.rank > 2 else { throw plan.error(found: "shape \(input.shape)", expected: "a map") }
            return [try reduce(plan, input, axes: Array(2..<input.rank), keepsAxes: true, .maximum)]
        },
    ]

    private enum Pooling {
        case largest, mean, meanWithPadding
    }

    private static func pool(_ plan: NodePlan, _ pooling: Pooling) throws -> ArrayValue {
        let input = try channelsLast(plan, try plan.input(0))
        let window = try WindowGeometry(plan, input: Array(input.shape[2...]), kernel: nil)
        let rows = PoolLine(window.kernel.y, window.stride.y, window.dilation.y, window.before.y, input.shape[2])
        let columns = PoolLine(window.kernel.x, window.stride.x, window.dilation.x, window.before.x, input.shape[3])
        let (pictures, channels) = (input.shape[0], input.shape[1]), (height, width) = (window.output.y, window.output.x)
        let output = try plan.output(.float, [pictures, channels, height, width], order: [0, 2, 3, 1], isPlaceable: true)
        // Separable: along rows first, then down. The result is the same, with far less work for large windows.
        let lines = try plan.output(.float, [pictures, channels, input.shape[2], width], order: [0, 2, 3, 1])
        let work = lines.count * window.kernel.x + output.count * window.kernel.y
        let isLargest = pooling == .largest
        try plan.emit(reading: [input], writing: [output, lines], work: work) { memory in
            for picture in 0..<pictures {
                pass(memory, input, lines, picture, along: 3, columns, isLargest)
                pass(memory, lines, output, picture, along: 2, rows, isLargest)
            }
            guard !isLargest else { return }
            let target = memory.start(output), strides = output.layout.strides
            let whole = Float(window.kernel.y * window.kernel.x)
            for place in 0..<pictures * height * width {
                let y = place / width % height, x = place % width
                let divisor = pooling == .meanWithPadding ? whole : Float(rows.taps(y).count * columns.taps(x).count)
                let pixel = target + place / (height * width) * strides[0] + y * strides[2] + x * strides[3]
                for channel in 0..<channels { pixel[channel] /= divisor }
            }
        }
        return output
    }

    /// Pools each line of one image along an axis, 2 or 3.
    private static func pass(
        _ memory: StepMemory, _ input: ArrayValue, _ output: ArrayValue, _ picture: Int, along axis: Int, _ line: PoolLine,
        _ isLargest: Bool
    ) {
        let other = 5 - axis, channels = input.shape[1], from = input.layout.strides, to = output.layout.strides
        let source = memory.start(input) + picture * from[0], target = memory.start(output) + picture * to[0]
        Parallel.ranges(output.shape[other], minimum: 4) { places in
            for place in places {
                for position in 0..<output.shape[axis] {
                    let pixel = target + place * to[other] + position * to[axis], taps = line.taps(position)
                    pool(
                        source + place * from[other] + taps.first * from[axis], step: taps.step * from[axis], count: taps.count,
                        into: pixel, channels: channels, isLargest)
                }
            }
        }
    }

    /// The maximum or sum of each channel over some pixels.
    private static func pool(
        _ source: UnsafePointer<Float>, step: Int, count: Int, into pixel: UnsafeMutablePointer<Float>, channels: Int,
        _ isLargest: Bool
    ) {
        pixel.update(from: source, count: channels)
        for tap in 1..<max(1, count) {
            let values = source + tap * step
            if isLargest {
                for channel in 0..<channels { pixel[channel] = values[channel] > pixel[channel] ? values[channel] : pixel[channel] }
            } else {
                for channel in 0..<channels { pixel[channel] += values[channel] }
            }
        }
    }
}

/// The input range that each output position of a line pools; never empty.
private struct PoolLine {
    private let kernel, stride, dilation, before, side: Int

    init(_ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ side: Int) {
        (self.kernel, self.stride, self.dilation, self.before, self.side) = (kernel, stride, dilation, before, side)
    }

    func taps(_ position: Int) -> (first: Int, step: Int, count: Int) {
        let start = position * stride - before
        let skipped = start < 0 ? (-start + dilation - 1) / dilation : 0
        let first = start + skipped * dilation
        let last = min(kernel - 1 - skipped, (side - 1 - first) / dilation)
        return (min(max(0, first), side - 1), dilation, max(1, last + 1))
    }
}
