import Tensors

/// Kernel, strides, dilations and padding of a convolution or pooling node over a map.
struct WindowGeometry {
    let kernel: ConvolutionSizes.Pair
    let stride: ConvolutionSizes.Pair
    let dilation: ConvolutionSizes.Pair
    /// Padding at the top and left.
    let before: ConvolutionSizes.Pair
    let output: ConvolutionSizes.Pair

    /// Upper bound on each of the values.
    private static let largest = 1 << 12

    /// - Parameters:
    ///   - input: height and width.
    ///   - kernel: height and width of the weights; nil if the node specifies them.
    init(_ plan: NodePlan, input: [Int], kernel given: [Int]?) throws {
        let node = plan.node
        func pair(_ name: String, _ fallback: [Int]) throws -> [Int] {
            let values = node.integers(name) ?? fallback
            guard values.count == 2, values.allSatisfy({ (1...Self.largest).contains($0) }) else {
                throw plan.error(found: "\(name) \(values)", expected: "two numbers from 1 to \(Self.largest)")
            }
            return values
        }
        let kernel = try pair("kernel_shape", given ?? [])
        guard given == nil || given == kernel else {
            throw plan.error(found: "kernel_shape \(kernel)", expected: "\(given ?? []), the size of the weights")
        }
        let stride = try pair("strides", [1, 1]), dilation = try pair("dilations", [1, 1])
        let spans = (0..<2).map { (kernel[$0] - 1) * dilation[$0] + 1 }
        var pads = node.integers("pads") ?? [0, 0, 0, 0]
        let automatic = node.text("auto_pad", "NOTSET")
        if automatic == "SAME_UPPER" || automatic == "SAME_LOWER" {
            let totals = (0..<2).map { axis -> Int in
                let count: Int = (input[axis] + stride[axis] - 1) / stride[axis]
                return max(0, (count - 1) * stride[axis] + spans[axis] - input[axis])
            }
            let small: [Int] = totals.map { $0 / 2 }, large: [Int] = totals.map { ($0 + 1) / 2 }
            pads = automatic == "SAME_UPPER" ? small + large : large + small
        } else if automatic == "VALID" {
            pads = [0, 0, 0, 0]
        }
        guard pads.count == 4, pads.allSatisfy({ (0...Self.largest).contains($0) }) else {
            throw plan.error(found: "pads \(pads)", expected: "four numbers from 0 to \(Self.largest)")
        }
        let sizes = (0..<2).map { axis -> Int in
            let free = input[axis] + pads[axis] + pads[axis + 2] - spans[axis]
            guard free >= 0 else { return 0 }
            guard node.integer("ceil_mode", 0) != 0 else { return free / stride[axis] + 1 }
            // A window that would start beyond the input does not count.
            let count = (free + stride[axis] - 1) / stride[axis] + 1
            return (count - 1) * stride[axis] >= input[axis] + pads[axis] ? count - 1 : count
        }
        guard sizes.allSatisfy({ $0 > 0 }) else {
            throw plan.error(found: "a map of \(input) for a kernel of \(kernel)", expected: "a larger one")
        }
        self.kernel = .init(kernel[0], kernel[1])
        self.stride = .init(stride[0], stride[1])
        self.dilation = .init(dilation[0], dilation[1])
        before = .init(pads[0], pads[1])
        output = .init(sizes[0], sizes[1])
    }
}
