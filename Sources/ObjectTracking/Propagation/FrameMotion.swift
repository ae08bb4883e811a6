/// Flow between the previous frame and the current one, both ways, and where the two agree.
struct FrameMotion: Sendable {
    /// From the current frame to the previous, at half the working size.
    let back: FlowField
    let forth: FlowField
    /// Round trips of the current frame's pixels, in half-size pixels.
    private let errors: [Float]

    init(from previous: Pyramid, to current: Pyramid) {
        back = DenseInverseSearch.flow(from: current, to: previous)
        forth = DenseInverseSearch.flow(from: previous, to: current)
        errors = back.roundTripError(forth)
    }

    /// Where a pixel of the current frame was, and how far there and back agree, 0...1.
    @inline(__always)
    func origin(_ x: Int, _ y: Int) -> (place: SIMD2<Float>, trust: Float) {
        let flow = 2 * back.sample((Float(x) + 0.5) / 2 - 0.5, (Float(y) + 0.5) / 2 - 0.5)
        let error = 2 * errors[min(y / 2, back.height - 1) * back.width + min(x / 2, back.width - 1)]
        let scale = 1 + 0.1 * (flow * flow).sum().squareRoot(), ratio = error / scale
        return (SIMD2(Float(x), Float(y)) + flow, 1 / (1 + ratio * ratio))
    }

    /// The mean motion of a region of the previous frame, in working pixels.
    func mean(of region: Field) -> SIMD2<Float> {
        var sum = SIMD2<Float>(0, 0), weight: Float = 0
        for y in stride(from: region.box.top, to: region.box.bottom, by: 2) {
            for x in stride(from: region.box.left, to: region.box.right, by: 2) {
                let share = region[x, y]
                guard share > 0.5 else { continue }
                let place = min(y / 2, forth.height - 1) * forth.width + min(x / 2, forth.width - 1)
                sum += SIMD2(forth.x[place], forth.y[place])
                weight += 1
            }
        }
        return weight > 0 ? 2 * sum / weight : sum
    }
}
