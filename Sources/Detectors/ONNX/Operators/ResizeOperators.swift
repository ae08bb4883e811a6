import Foundation
import Parallelism
import Tensors

/// Resizing of maps.
extension Operators {
    static let resizing: [String: Operator] = [
        "Resize": resize,
    ]

    private static func resize(_ plan: NodePlan) throws -> [ArrayValue] {
        let node = plan.node, input = try channelsLast(plan, try plan.input(0)), mode = node.text("mode", "nearest")
        guard mode == "nearest" || mode == "linear" else { throw plan.error(found: "mode \(mode)", expected: "nearest or linear") }
        guard node.integer("antialias", 0) == 0 else { throw plan.error(found: "antialias", expected: "none") }
        let scale = try Scale(plan, input.shape)
        let lines = try (2...3).map { axis in
            try ResizeLine(
                plan, input: input.shape[axis], output: scale.sizes[axis], factor: scale.factors[axis], isNearest: mode == "nearest")
        }
        let output = try plan.output(input.type, scale.sizes, order: [0, 2, 3, 1], isPlaceable: true)
        let (rows, columns) = (lines[0], lines[1])
        try plan.emit(reading: [input], writing: [output], work: output.count * 4) { memory in
            let height = output.shape[2]
            Parallel.ranges(output.shape[0] * height) { range in
                for line in range {
                    Self.resizeLine(memory, input, output, picture: line / height, y: line % height, rows, columns)
                }
            }
        }
        return [output]
    }

    /// Computes one row of the output.
    private static func resizeLine(
        _ memory: StepMemory, _ input: ArrayValue, _ output: ArrayValue, picture: Int, y: Int, _ rows: ResizeLine,
        _ columns: ResizeLine
    ) {
        let from = input.layout.strides, to = output.layout.strides, channels = input.shape[1], row = rows.taps[y]
        let upper = memory.start(input) + picture * from[0] + row.low * from[2]
        let lower = memory.start(input) + picture * from[0] + row.high * from[2]
        let line = memory.start(output) + picture * to[0] + y * to[2]
        for (x, column) in columns.taps.enumerated() {
            let target = line + x * to[3], (left, right) = (column.low * from[3], column.high * from[3])
            if row.part == 0, column.part == 0 {
                target.update(from: upper + left, count: channels)
                continue
            }
            let (a, b) = ((1 - row.part) * (1 - column.part), (1 - row.part) * column.part)
            let (c, d) = (row.part * (1 - column.part), row.part * column.part)
            for channel in 0..<channels {
                target[channel] = a * upper[left + channel] + b * upper[right + channel]
                    + c * lower[left + channel] + d * lower[right + channel]
            }
        }
    }
}

/// Output sizes of a Resize node, and the scales of its coordinate transform.
private struct Scale {
    let sizes: [Int]
    let factors: [Float]

    /// Upper bound on height and width.
    private static let largestSide = 1 << 15

    init(_ plan: NodePlan, _ shape: [Int]) throws {
        let scales = try plan.optional(2).map { input -> [Float] in
            guard let numbers = plan.planner.numbers(input) else {
                throw plan.error(found: "scales that depend on the image", expected: "constant ones")
            }
            return numbers
        } ?? []
        let wanted = scales.isEmpty ? try plan.integers(3) : []
        var axes = plan.node.integers("axes") ?? Array(shape.indices)
        axes = try axes.map { try plan.axis($0, rank: 4) }
        guard scales.isEmpty ? wanted.count == axes.count : scales.count == axes.count, Set(axes).count == axes.count,
            plan.node.text("keep_aspect_ratio_policy", "stretch") == "stretch"
        else { throw plan.error(found: "scales \(scales), sizes \(wanted)", expected: "one for each dimension") }
        var sizes = shape, factors = [Float](repeating: 1, count: 4)
        for (place, axis) in axes.enumerated() {
            sizes[axis] = scales.isEmpty ? wanted[place] : (Float(shape[axis]) * scales[place]).rounded(.down).wholeNumber
            factors[axis] = scales.isEmpty ? Float(sizes[axis]) / Float(max(1, shape[axis])) : scales[place]
        }
        guard sizes[0] == shape[0], sizes[1] == shape[1], sizes[2...].allSatisfy({ (1...Self.largestSide).contains($0) }),
            !shape.contains(0), factors.allSatisfy({ $0 > 0 })
        else { throw plan.error(found: "\(shape) at \(sizes)", expected: "another height and width") }
        self.sizes = try plan.checked(sizes)
        self.factors = factors
    }
}

/// Input positions and weights of each output position along a line.
private struct ResizeLine {
    private(set) var taps: [(low: Int, high: Int, part: Float)] = []

    init(_ plan: NodePlan, input: Int, output: Int, factor: Float, isNearest: Bool) throws {
        let node = plan.node, mode = node.text("coordinate_transformation_mode", "half_pixel")
        let rounding = node.text("nearest_mode", "round_prefer_floor")
        let modes = ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "half_pixel_symmetric"]
        guard modes.contains(mode) else { throw plan.error(found: mode, expected: modes.joined(separator: ", ")) }
        let roundings = ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]
        guard roundings.contains(rounding) else { throw plan.error(found: rounding, expected: roundings.joined(separator: ", ")) }
        for position in 0..<output {
            let x = Float(position)
            let place: Float = switch mode {
            case "asymmetric": x / factor
            case "align_corners": output > 1 ? x * Float(input - 1) / Float(output - 1) : 0
            case "pytorch_half_pixel": output > 1 ? (x + 0.5) / factor - 0.5 : 0
            case "half_pixel_symmetric":
                Float(input) / 2 * (1 - Float(output) / (factor * Float(input))) + (x + 0.5) / factor - 0.5
            default: (x + 0.5) / factor - 0.5
            }
            if isNearest {
                let whole: Float = switch rounding {
                case "floor": place.rounded(.down)
                case "ceil": place.rounded(.up)
                case "round_prefer_ceil": (place + 0.5).rounded(.down)
                default: (place - 0.5).rounded(.up)
                }
                let near = min(max(0, whole.wholeNumber), input - 1)
                taps.append((near, near, 0))
            } else {
                let inside = min(max(0, place), Float(input - 1)), low = inside.wholeNumber
                taps.append((low, min(low + 1, input - 1), inside - Float(low)))
            }
        }
    }
}
