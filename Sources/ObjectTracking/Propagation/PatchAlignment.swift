/// One patch of an image, prepared for alignment with another image.
struct PatchAlignment {
    private typealias Row = SIMD8<Float>

    private let grey: UnsafePointer<Float>
    private let gradientX: UnsafePointer<Float>
    private let gradientY: UnsafePointer<Float>
    private let target: UnsafePointer<Float>
    private let stride: Int
    private let place: SIMD2<Float>
    private let limit: SIMD2<Float>
    private let sumX: Float
    private let sumY: Float
    private let inverse: (xx: Float, xy: Float, yy: Float)

    /// - Parameters:
    ///   - first, second: levels of one size, which must outlive the alignment.
    ///   - x, y: the patch's top left pixel.
    init(_ first: PyramidLevel, _ second: PyramidLevel, x: Int, y: Int) {
        let border = PyramidLevel.border
        grey = first.grey.pointer(x, y)
        gradientX = first.gradientX.pointer(x, y)
        gradientY = first.gradientY.pointer(x, y)
        target = second.grey.pointer(-border, -border)
        stride = first.grey.box.width
        place = SIMD2(Float(x + border), Float(y + border))
        limit = SIMD2(Float(stride - 10), Float(first.grey.box.height - 10))
        var xx = Row(repeating: 0), xy = xx, yy = xx, sumX = xx, sumY = xx
        for row in 0..<8 {
            let horizontal = Self.load(gradientX + row * stride), vertical = Self.load(gradientY + row * stride)
            xx += horizontal * horizontal
            xy += horizontal * vertical
            yy += vertical * vertical
            sumX += horizontal
            sumY += vertical
        }
        self.sumX = sumX.sum()
        self.sumY = sumY.sum()
        // Brightness may differ by a constant over the patch, so means are removed. Damping keeps patches without texture in
        // place.
        let a = xx.sum() - self.sumX * self.sumX / 64 + FlowConstants.damping, b = xy.sum() - self.sumX * self.sumY / 64
        let d = yy.sum() - self.sumY * self.sumY / 64 + FlowConstants.damping
        let determinant = a * d - b * b
        inverse = (d / determinant, -b / determinant, a / determinant)
    }

    /// The best integer displacement of up to `radius` pixels along each axis. Each further pixel must improve the match by one
    /// grey level on every pixel of the patch.
    func nearest(within radius: Int) -> SIMD2<Float> {
        var best = SIMD2<Float>(0, 0), least = Float.infinity
        for y in -radius...radius {
            for x in -radius...radius {
                let flow = SIMD2(Float(x), Float(y))
                let cost = evaluate(flow).error + FlowConstants.distanceCost * 64 * (flow * flow).sum().squareRoot()
                if cost < least { (best, least) = (flow, cost) }
            }
        }
        return best
    }

    /// The best displacement found by gradient descent from the best of the starting points.
    func best(_ first: SIMD2<Float>, _ second: SIMD2<Float>?, _ third: SIMD2<Float>?) -> SIMD2<Float> {
        var flow = first, state = evaluate(flow)
        func consider(_ candidate: SIMD2<Float>?) {
            guard let candidate, candidate != flow else { return }
            let other = evaluate(candidate)
            if other.error < state.error { (flow, state) = (candidate, other) }
        }
        consider(second)
        consider(third)
        let start = flow
        for _ in 0..<FlowConstants.iterations {
            let change = SIMD2(
                inverse.xx * state.x + inverse.xy * state.y, inverse.xy * state.x + inverse.yy * state.y)
            let moved = flow - change, next = evaluate(moved)
            guard next.error < state.error else { break }
            (flow, state) = (moved, next)
            if (change * change).sum() < FlowConstants.smallestStep { break }
        }
        let distance = flow - start
        return (distance * distance).sum() > FlowConstants.runaway ? start : flow
    }

    /// The sum of squared differences at a displacement, means removed, and its gradient.
    private func evaluate(_ flow: SIMD2<Float>) -> (error: Float, x: Float, y: Float) {
        let at = (place + flow).clamped(lowerBound: SIMD2(0, 0), upperBound: limit)
        let left = Int(at.x), top = Int(at.y)
        let fractionX = at.x - Float(left), fractionY = at.y - Float(top)
        let source = target + top * stride + left
        var above = Self.load(source) * (1 - fractionX) + Self.load(source + 1) * fractionX
        var squares = Row(repeating: 0), sum = squares, x = squares, y = squares
        for row in 0..<8 {
            let line = source + (row + 1) * stride
            let below = Self.load(line) * (1 - fractionX) + Self.load(line + 1) * fractionX
            let difference = above * (1 - fractionY) + below * fractionY - Self.load(grey + row * stride)
            above = below
            sum += difference
            squares += difference * difference
            x += difference * Self.load(gradientX + row * stride)
            y += difference * Self.load(gradientY + row * stride)
        }
        let total = sum.sum()
        return (squares.sum() - total * total / 64, x.sum() - sumX * total / 64, y.sum() - sumY * total / 64)
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>) -> Row {
        UnsafeRawPointer(pointer).loadUnaligned(as: Row.self)
    }
}
