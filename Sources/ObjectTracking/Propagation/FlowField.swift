import Imaging

/// Optical flow, `[height, width]`: the displacement of each pixel of one image to the other, in pixels of the pyramid level at
/// which it was computed (two working pixels at level 0).
package struct FlowField: Sendable {
    let vectors: Plane<SIMD2<Float>>

    package var width: Int { vectors.box.width }
    package var height: Int { vectors.box.height }

    /// The displacement of a pixel.
    @inline(__always)
    package subscript(x: Int, y: Int) -> SIMD2<Float> { vectors[x, y] }

    /// The displacement at a fractional position, by bilinear interpolation; clamped at the edge.
    func sample(_ atX: Float, _ atY: Float) -> SIMD2<Float> {
        let clampedX = min(max(atX, 0), Float(width - 1)), clampedY = min(max(atY, 0), Float(height - 1))
        let left = min(Int(clampedX), max(0, width - 2)), top = min(Int(clampedY), max(0, height - 2))
        let fractionX = clampedX - Float(left), fractionY = clampedY - Float(top)
        let right = min(left + 1, width - 1), bottom = min(top + 1, height - 1)
        let above = vectors[left, top] * (1 - fractionX) + vectors[right, top] * fractionX
        let below = vectors[left, bottom] * (1 - fractionX) + vectors[right, bottom] * fractionX
        return above * (1 - fractionY) + below * fractionY
    }

    /// Forward-backward error: distance of each pixel from its position after this flow and then `back`, `[height, width]`, in
    /// the flow's pixels.
    /// - Parameter wanted: the pixels to compute; infinite for others.
    func roundTripError(_ back: FlowField, where wanted: Plane<Bool>) -> Plane<Float> {
        Plane(vectors.box) { row in
            for x in row.columns {
                guard wanted[x, row.y] else {
                    row[x] = .infinity
                    continue
                }
                let there = vectors[x, row.y]
                let whole = there + back.sample(Float(x) + there.x, Float(row.y) + there.y)
                row[x] = (whole * whole).sum().squareRoot()
            }
        }
    }
}
