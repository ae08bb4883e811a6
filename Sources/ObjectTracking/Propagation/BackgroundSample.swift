import Imaging

/// A frame of the window as the background model looks at it from the current frame.
struct BackgroundSample {
    private let frame: WorkingFrame
    /// Rows of the matrix from the current frame's pixels to this frame's; nil when the camera stands still.
    private let motion: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)?
    /// Pixels that show an object; nil for a frame that was not looked at.
    private let occupied: Plane<Bool>?

    /// - Parameter motion: from the current frame to this one; nil when the camera stands still.
    init(frame: WorkingFrame, motion: CameraMotion?, occupied: Plane<Bool>?) {
        self.frame = frame
        self.occupied = occupied
        self.motion = motion.map {
            let m = $0.matrix.map(Float.init)
            return (SIMD3(m[0], m[1], m[2]), SIMD3(m[3], m[4], m[5]), SIMD3(m[6], m[7], m[8]))
        }
    }

    /// Adds the colour this frame has at a pixel of the current frame, unless an object is in the way or the camera did
    /// not look there.
    @inline(__always)
    func look(_ x: Int, _ y: Int, _ colours: inout ColourSamples) {
        guard let motion else {
            if isFree(x, y) { colours.add(frame.rgb[x, y], isKnown: occupied != nil) }
            return
        }
        let column = Float(x), row = Float(y)
        let w = motion.2.x * column + motion.2.y * row + motion.2.z
        let atX = (motion.0.x * column + motion.0.y * row + motion.0.z) / w
        let atY = (motion.1.x * column + motion.1.y * row + motion.1.z) / w
        guard atX >= 0, atY >= 0, atX < Float(frame.width - 1), atY < Float(frame.height - 1),
            isFree(Int(atX + 0.5), Int(atY + 0.5))
        else { return }
        colours.add(colour(atX, atY), isKnown: occupied != nil)
    }

    @inline(__always)
    private func isFree(_ x: Int, _ y: Int) -> Bool {
        guard let occupied else { return true }
        return !occupied[x, y]
    }

    /// The colour between pixels: the four around, mixed with weights in 1/16.
    @inline(__always)
    private func colour(_ x: Float, _ y: Float) -> RGB {
        let left = Int(x), top = Int(y)
        let fractionX = Int32((x - Float(left)) * 16), fractionY = Int32((y - Float(top)) * 16)
        let place = frame.rgb.place(left, top), below = place + frame.width
        let first = mix(frame.rgb[place].channels, frame.rgb[place + 1].channels, fractionX)
        let second = mix(frame.rgb[below].channels, frame.rgb[below + 1].channels, fractionX)
        let mixed = (mix(first, second, fractionY) &+ 128) &>> 8
        return RGB(
            red: UInt8(truncatingIfNeeded: mixed.x), green: UInt8(truncatingIfNeeded: mixed.y),
            blue: UInt8(truncatingIfNeeded: mixed.z))
    }

    /// 16 times the mixture of two colours.
    @inline(__always)
    private func mix(_ first: SIMD4<Int32>, _ second: SIMD4<Int32>, _ fraction: Int32) -> SIMD4<Int32> {
        first &* (16 - fraction) &+ second &* fraction
    }
}

/// Colours of one pixel in several frames: those known to be the background's from the front, the others from the back.
struct ColourSamples: ~Copyable {
    /// `[3, capacity]`: a row for each channel.
    private let values: MutablePlane<UInt8>
    private let capacity: Int
    private var known = 0
    private var others: Int

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        others = self.capacity
        values = MutablePlane(BoundingBox(left: 0, top: 0, width: self.capacity, height: 3))
    }

    mutating func removeAll() {
        known = 0
        others = capacity
    }

    @inline(__always)
    mutating func add(_ colour: RGB, isKnown: Bool) {
        var place = known
        if isKnown {
            known += 1
        } else {
            others -= 1
            place = others
        }
        values[place] = colour.red
        values[capacity + place] = colour.green
        values[2 * capacity + place] = colour.blue
    }

    /// Sets a pixel to the median of the samples: of the known ones where there are enough. Too few samples leave its
    /// colour.
    @inline(__always)
    mutating func estimate(_ pixel: inout BackgroundPixel) {
        pixel.isKnown = known >= BackgroundConstants.enough
        let count = pixel.isKnown ? known : known + capacity - others
        pixel.spread = 255
        guard count >= BackgroundConstants.fewest else { return }
        let red = quartiles(0, count, isKnown: pixel.isKnown)
        let green = quartiles(1, count, isKnown: pixel.isKnown)
        let blue = quartiles(2, count, isKnown: pixel.isKnown)
        pixel.colour = RGB(red: red.median, green: green.median, blue: blue.median)
        pixel.spread = max(red.spread, green.spread, blue.spread)
    }

    /// The median of a channel, and half the range of the middle half of its values.
    @inline(__always)
    private func quartiles(_ channel: Int, _ count: Int, isKnown: Bool) -> (median: UInt8, spread: UInt8) {
        let row = values.row(channel)
        if !isKnown {
            for index in others..<capacity { row[known + index - others] = row[index] }
        }
        sort(row, count)
        return (row[count / 2], (row[count * 3 / 4] - row[count / 4]) / 2)
    }

    /// Insertion sort of the first `count` values: there are few.
    @inline(__always)
    private func sort(_ row: PlaneRow<UInt8>, _ count: Int) {
        for index in 1..<count {
            let value = row[index]
            var place = index
            while place > 0, row[place - 1] > value {
                row[place] = row[place - 1]
                place -= 1
            }
            row[place] = value
        }
    }
}
