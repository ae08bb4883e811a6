import Imaging

/// Trust of `FrameMotion` in flow. The most important are measured in the tests' PropagationConstants.md.
package enum MotionConstants {
    /// Round-trip error, in working pixels, at which trust is a half where nothing moves: more trusts flow where it is
    /// wrong.
    package static let halfTrust: Float = 1
    /// Pixels added to it for each pixel of motion.
    package static let halfTrustPerPixel: Float = 0.1
}

/// Flow from the previous frame to the current one.
struct ForwardMotion: Sendable {
    /// At half the working size.
    let flow: FlowField

    /// - Parameter area: of the previous frame.
    init(from previous: Pyramid, to current: Pyramid, in area: FlowArea) {
        flow = DenseInverseSearch.flow(from: previous, to: current, in: area)
    }

    /// The mean motion of a region of the previous frame, in working pixels.
    func mean(of region: Plane<Float>) -> SIMD2<Float> {
        var sum = SIMD2<Float>(0, 0), weight: Float = 0
        for y in stride(from: region.box.top, to: region.box.bottom, by: 2) {
            for x in stride(from: region.box.left, to: region.box.right, by: 2) where region[x, y] > 0.5 {
                sum += flow[min(x / 2, flow.width - 1), min(y / 2, flow.height - 1)]
                weight += 1
            }
        }
        return weight > 0 ? 2 * sum / weight : sum
    }

    /// The mean motion of each part of a region of the previous frame, in working pixels.
    func means(of parts: MaskParts, in region: Plane<Float>) -> [SIMD2<Float>] {
        guard parts.parts.count > 1 else { return [mean(of: region)] }
        return parts.parts.indices.map { index in
            mean(of: Plane(region.box) { row in
                for x in row.columns {
                    row[x] = parts.nearest(to: SIMD2(Float(x), Float(row.y))) == index ? region[x, row.y] : 0
                }
            })
        }
    }
}

/// Flow between the previous frame and the current one, both ways, and the places where the two agree.
struct FrameMotion: Sendable {
    /// From the current frame to the previous, at half the working size.
    let back: FlowField
    let forward: ForwardMotion
    /// Round trips of the current frame's pixels, in half-size pixels.
    private let errors: Plane<Float>

    /// - Parameter area: of the current frame, in which origins are asked for.
    init(_ forward: ForwardMotion, from previous: Pyramid, to current: Pyramid, in area: FlowArea) {
        self.forward = forward
        back = DenseInverseSearch.flow(from: current, to: previous, in: area)
        errors = back.roundTripError(forward.flow, where: area.pixels(ofLevel: 0, back.vectors.box))
    }

    /// Position in the previous frame of a pixel of the current one, in working pixels, and the trust in it, 0...1: high
    /// where the flows there and back agree.
    @inline(__always)
    func origin(_ x: Int, _ y: Int) -> (place: SIMD2<Float>, trust: Float) {
        let flow = 2 * back.sample((Float(x) + 0.5) / 2 - 0.5, (Float(y) + 0.5) / 2 - 0.5)
        let error = 2 * errors[min(x / 2, back.width - 1), min(y / 2, back.height - 1)]
        let length = (flow * flow).sum().squareRoot()
        let ratio = error / (MotionConstants.halfTrust + MotionConstants.halfTrustPerPixel * length)
        return (SIMD2(Float(x), Float(y)) + flow, 1 / (1 + ratio * ratio))
    }
}
