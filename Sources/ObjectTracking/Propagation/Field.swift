import Imaging

/// One number for each pixel of a box of the working picture, row after row. Outside the box it is 0.
struct Field: Sendable {
    let box: BoundingBox
    var values: [Float]

    init(box: BoundingBox, values: [Float]) {
        self.box = box
        self.values = values
    }

    init(box: BoundingBox, filledWith value: Float = 0) {
        self.init(box: box, values: [Float](repeating: value, count: box.width * box.height))
    }

    /// The value at a pixel of the picture.
    subscript(x: Int, y: Int) -> Float {
        guard box.contains(x: x, y: y) else { return 0 }
        return values[(y - box.top) * box.width + x - box.left]
    }

    /// Between pixels, by bilinear interpolation.
    func sample(_ x: Float, _ y: Float) -> Float {
        let left = Int(x.rounded(.down)), top = Int(y.rounded(.down))
        let fractionX = x - Float(left), fractionY = y - Float(top)
        let column = left - box.left, row = top - box.top
        guard column >= 0, row >= 0, column + 1 < box.width, row + 1 < box.height else {
            let above = self[left, top] * (1 - fractionX) + self[left + 1, top] * fractionX
            let below = self[left, top + 1] * (1 - fractionX) + self[left + 1, top + 1] * fractionX
            return above * (1 - fractionY) + below * fractionY
        }
        return values.withUnsafeBufferPointer { values in
            let place = row * box.width + column
            let above = values[place] * (1 - fractionX) + values[place + 1] * fractionX
            let below = values[place + box.width] * (1 - fractionX) + values[place + box.width + 1] * fractionX
            return above * (1 - fractionY) + below * fractionY
        }
    }

    /// Each pixel the mean of its 3 x 3 neighbourhood, as far as that lies within the box; `passes` times. Three passes
    /// are close to a Gaussian of 1.4 pixels.
    func blurred(passes: Int) -> Field {
        var result = self
        var columns = [Float](repeating: 0, count: box.width)
        for _ in 0..<passes {
            let source = result.values
            source.withUnsafeBufferPointer { source in
                result.values.withUnsafeMutableBufferPointer { target in
                    for row in 0..<box.height {
                        let first = max(0, row - 1), last = min(box.height - 1, row + 1)
                        let count = Float(last - first + 1)
                        for column in 0..<box.width {
                            var sum: Float = 0
                            for line in first...last { sum += source[line * box.width + column] }
                            columns[column] = sum
                        }
                        for column in 0..<box.width {
                            let left = max(0, column - 1), right = min(box.width - 1, column + 1)
                            var sum: Float = 0
                            for place in left...right { sum += columns[place] }
                            target[row * box.width + column] = sum / (count * Float(right - left + 1))
                        }
                    }
                }
            }
        }
        return result
    }

    /// The greatest value within `radius` pixels along each axis.
    func dilated(by radius: Int) -> Field {
        var result = self
        result.spread(radius, step: 1, length: box.width)
        result.spread(radius, step: box.width, length: box.height)
        return result
    }

    /// Each value the greatest within `radius` places along an axis. Maxima over windows of doubling length, two of which
    /// cover the way to either side, make the work grow with the logarithm of the radius.
    private mutating func spread(_ radius: Int, step: Int, length: Int) {
        var window = 1, maxima = values
        let blocks = values.count / max(1, step * length)
        maxima.withUnsafeMutableBufferPointer { maxima in
            while 2 * window <= radius + 1 {
                for block in 0..<blocks {
                    for position in 0..<max(0, length - window) {
                        let start = (block * length + position) * step
                        for place in start..<start + step { maxima[place] = max(maxima[place], maxima[place + window * step]) }
                    }
                }
                window *= 2
            }
            values.withUnsafeMutableBufferPointer { values in
                for block in 0..<blocks {
                    for position in 0..<length {
                        let start = (block * length + position) * step
                        let before = (max(0, position - radius) - position) * step
                        let upTo = (max(0, position + 1 - window) - position) * step
                        let after = (min(position + radius + 1 - window, length - 1) - position) * step
                        for place in start..<start + step {
                            values[place] = max(
                                max(maxima[place + before], maxima[place + upTo]), max(maxima[place], maxima[place + after]))
                        }
                    }
                }
            }
        }
    }

    /// The smallest box around the values above `threshold`; nil when there is none.
    func bounds(above threshold: Float) -> BoundingBox? {
        var left = box.width, right = -1, top = box.height, bottom = -1
        for row in 0..<box.height {
            for column in 0..<box.width where values[row * box.width + column] > threshold {
                left = min(left, column)
                right = max(right, column)
                top = min(top, row)
                bottom = row
            }
        }
        guard right >= 0 else { return nil }
        return BoundingBox(left: box.left + left, top: box.top + top, width: right - left + 1, height: bottom - top + 1)
    }
}
