import Imaging

/// Values of a region of the working image, such as a coverage or probability of each pixel; 0 outside the box.
extension Plane<Float> {
    /// The value at a pixel of the image; 0 outside the box.
    @inline(__always)
    func value(_ x: Int, _ y: Int) -> Float {
        box.contains(x: x, y: y) ? self[x, y] : 0
    }

    /// The value at a fractional position, by bilinear interpolation.
    func sample(_ x: Float, _ y: Float) -> Float {
        let left = Int(x.rounded(.down)), top = Int(y.rounded(.down))
        let fractionX = x - Float(left), fractionY = y - Float(top)
        guard left >= box.left, top >= box.top, left + 1 < box.right, top + 1 < box.bottom else {
            let above = value(left, top) * (1 - fractionX) + value(left + 1, top) * fractionX
            let below = value(left, top + 1) * (1 - fractionX) + value(left + 1, top + 1) * fractionX
            return above * (1 - fractionY) + below * fractionY
        }
        let place = place(left, top), under = place + box.width
        let above = self[place] * (1 - fractionX) + self[place + 1] * fractionX
        let below = self[under] * (1 - fractionX) + self[under + 1] * fractionX
        return above * (1 - fractionY) + below * fractionY
    }

    /// Box blur: the mean of each pixel's 3 x 3 neighbourhood inside the box, repeated `passes` times. Three passes approximate
    /// a Gaussian of 1.4 pixels.
    func blurred(passes: Int) -> Plane<Float> {
        var result = self
        var columns = [Float](repeating: 0, count: box.width)
        for _ in 0..<passes {
            let target = MutablePlane<Float>(box)
            for y in box.top..<box.bottom { result.blurRow(y, sums: &columns, into: target.row(y)) }
            result = target.finished()
        }
        return result
    }

    /// Writes one row of 3 x 3 means.
    /// - Parameter sums: scratch memory for the sums of each column's three values.
    private func blurRow(_ y: Int, sums: inout [Float], into row: PlaneRow<Float>) {
        let first = max(box.top, y - 1), last = min(box.bottom - 1, y + 1)
        let lines = Float(last - first + 1), width = box.width, means = row.pointer
        sums.withUnsafeMutableBufferPointer { sums in
            guard let here = sums.baseAddress else { return }
            here.update(from: pointer(box.left, first), count: width)
            for line in first + 1..<last + 1 {
                let values = pointer(box.left, line)
                for column in 0..<width { here[column] += values[column] }
            }
            for column in [0, width - 1] {
                let near = max(0, column - 1)..<min(width, column + 2)
                means[column] = sums[near].reduce(0, +) / (lines * Float(near.count))
            }
            guard width > 2 else { return }
            let middle = here + 1, after = here + 2, target = means + 1
            for column in 0..<width - 2 { target[column] = (here[column] + middle[column] + after[column]) / (lines * 3) }
        }
    }

    /// The maximum within `radius` pixels along each axis.
    func dilated(by radius: Int) -> Plane<Float> {
        spread(radius, step: 1, length: box.width).spread(radius, step: box.width, length: box.height)
    }

    /// The maximum within `radius` positions along an axis. Maxima over windows of doubling length, two of which cover the reach
    /// on either side, make the work logarithmic in the radius.
    private func spread(_ radius: Int, step: Int, length: Int) -> Plane<Float> {
        var window = 1
        let maxima = mutableCopy(), result = MutablePlane<Float>(box)
        let blocks = count / max(1, step * length)
        while 2 * window <= radius + 1 {
            for block in 0..<blocks {
                for position in 0..<max(0, length - window) {
                    let start = (block * length + position) * step
                    for place in start..<start + step {
                        maxima[place] = max(maxima[place], maxima[place + window * step])
                    }
                }
            }
            window *= 2
        }
        for block in 0..<blocks {
            for position in 0..<length {
                let start = (block * length + position) * step
                let before = (max(0, position - radius) - position) * step
                let upTo = (max(0, position + 1 - window) - position) * step
                let after = (min(position + radius + 1 - window, length - 1) - position) * step
                for place in start..<start + step {
                    result[place] = max(
                        max(maxima[place + before], maxima[place + upTo]),
                        max(maxima[place], maxima[place + after]))
                }
            }
        }
        return result.finished()
    }

    /// Bounding box of the values above `threshold`; nil if there are none.
    func bounds(above threshold: Float) -> BoundingBox? {
        var left = box.right, right = box.left - 1, top = box.bottom, bottom = 0
        for y in box.top..<box.bottom {
            for x in box.left..<box.right where self[x, y] > threshold {
                left = min(left, x)
                right = max(right, x)
                top = min(top, y)
                bottom = y
            }
        }
        guard right >= left else { return nil }
        return BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// The elementwise sum of two planes with the same box.
    func adding(_ other: Plane<Float>) -> Plane<Float> {
        let sums = mutableCopy()
        for place in sums.indices { sums[place] += other[place] }
        return sums.finished()
    }

    /// A plane with the box grown by `margin` within the image, 0 outside this plane's box.
    func padded(by margin: Int, within size: BoundingBox) -> Plane<Float> {
        guard let grown = box.grown(by: margin, within: size) else { return self }
        return resized(to: grown)
    }

    /// The part inside another box of the image; 0 where this plane has no values.
    func resized(to part: BoundingBox) -> Plane<Float> {
        let result = MutablePlane<Float>(part, repeating: 0)
        guard let common = box.intersection(part) else { return result.finished() }
        for y in common.top..<common.bottom {
            for x in common.left..<common.right { result[x, y] = self[x, y] }
        }
        return result.finished()
    }

    /// An empty region: one pixel of value 0.
    static var nothing: Plane<Float> { Plane(BoundingBox(left: 0, top: 0, width: 1, height: 1), repeating: 0) }
}

extension BoundingBox {
    /// Calls `body` with each pixel in row-major order.
    @inline(__always)
    func forEachPixel(_ body: (_ x: Int, _ y: Int) -> Void) {
        for y in top..<bottom {
            for x in left..<right { body(x, y) }
        }
    }
}
