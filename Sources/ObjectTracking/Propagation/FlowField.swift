import Parallelism

/// Where each pixel of one picture is in another, `[height, width]`, in pixels of the pyramid level it was computed at.
package struct FlowField: Sendable {
    package let width: Int
    package let height: Int
    package var x: [Float]
    package var y: [Float]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        x = [Float](repeating: 0, count: width * height)
        y = x
    }

    /// Between pixels, bilinear; the edge's flow beyond it.
    func sample(_ atX: Float, _ atY: Float) -> SIMD2<Float> {
        let clampedX = min(max(atX, 0), Float(width - 1)), clampedY = min(max(atY, 0), Float(height - 1))
        let left = min(Int(clampedX), max(0, width - 2)), top = min(Int(clampedY), max(0, height - 2))
        let fractionX = clampedX - Float(left), fractionY = clampedY - Float(top)
        let right = min(left + 1, width - 1), bottom = min(top + 1, height - 1)
        return x.withUnsafeBufferPointer { x in
            y.withUnsafeBufferPointer { y in
                func at(_ column: Int, _ row: Int) -> SIMD2<Float> {
                    SIMD2(x[row * width + column], y[row * width + column])
                }
                let above = at(left, top) * (1 - fractionX) + at(right, top) * fractionX
                let below = at(left, bottom) * (1 - fractionX) + at(right, bottom) * fractionX
                return above * (1 - fractionY) + below * fractionY
            }
        }
    }

    /// How far there and back ends from where it began, in pixels, for each pixel.
    func roundTripError(_ back: FlowField) -> [Float] {
        var errors = [Float](repeating: 0, count: width * height)
        errors.withUnsafeMutableBufferPointer { errors in
            nonisolated(unsafe) let errors = errors
            Parallel.fixedRanges(height) { rows in
                for row in rows {
                    for column in 0..<width {
                        let place = row * width + column
                        let there = SIMD2(x[place], y[place])
                        let whole = there + back.sample(Float(column) + there.x, Float(row) + there.y)
                        errors[place] = (whole * whole).sum().squareRoot()
                    }
                }
            }
        }
        return errors
    }
}
