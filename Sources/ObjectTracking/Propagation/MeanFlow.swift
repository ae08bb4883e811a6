import Imaging

/// Weighted mean of a flow over squares around each pixel, from a summed-area table.
struct MeanFlow: Sendable {
    private let box: BoundingBox
    private let reach: Int
    private let stride: Int
    /// Sums of the weighted displacements and the weights of all pixels above and to the left, `[height + 1, width + 1]`.
    private let sums: [SIMD4<Double>]

    /// - Parameters:
    ///   - weight: weight of each pixel; its box selects the part of the flow.
    ///   - reach: pixels to each side.
    init(_ flow: FlowField, weight: Plane<Float>, reach: Int) {
        box = weight.box
        self.reach = reach
        stride = box.width + 1
        var sums = [SIMD4<Double>](repeating: SIMD4(repeating: 0), count: stride * (box.height + 1))
        for row in 0..<box.height {
            var line = SIMD4<Double>(repeating: 0)
            for column in 0..<box.width {
                let share = Double(weight[row * box.width + column]), vector = flow[box.left + column, box.top + row]
                line += SIMD4(share * Double(vector.x), share * Double(vector.y), share, 0)
                sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + line
            }
        }
        self.sums = sums
    }

    /// The mean around a pixel. The square is enlarged while its weight is small; nil if there is hardly any weight at all.
    @inline(__always)
    func mean(_ x: Int, _ y: Int) -> SIMD2<Float>? {
        let wanted = Double(LayerConstants.leastShare) * Double(reach * reach), largest = box.width + box.height
        var reach = reach
        while true {
            let sum = sum(x - box.left, y - box.top, reach)
            if sum.z > wanted || (reach > largest && sum.z > 1) { return SIMD2(Float(sum.x / sum.z), Float(sum.y / sum.z)) }
            if reach > largest { return nil }
            reach *= 2
        }
    }

    @inline(__always)
    private func sum(_ column: Int, _ row: Int, _ reach: Int) -> SIMD4<Double> {
        let left = max(0, column - reach), right = min(box.width, column + reach + 1)
        let top = max(0, row - reach), bottom = min(box.height, row + reach + 1)
        return sums[bottom * stride + right] - sums[bottom * stride + left] - sums[top * stride + right] + sums[top * stride + left]
    }
}
