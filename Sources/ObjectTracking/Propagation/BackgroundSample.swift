import Imaging

/// A frame of the window, as sampled by the background model from the current frame.
struct BackgroundSample {
    private let frame: WorkingFrame
    /// Rows of the matrix from the current frame's pixels to this frame's; nil for a static camera.
    private let motion: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)?
    /// Pixels that show an object; nil for a frame that has not been processed.
    private let occupied: Plane<Bool>?

    /// - Parameter motion: from the current frame to this one; nil for a static camera.
    init(frame: WorkingFrame, motion: CameraMotion?, occupied: Plane<Bool>?) {
        self.frame = frame
        self.occupied = occupied
        self.motion = motion.map {
            let m = $0.matrix.map(Float.init)
            return (SIMD3(m[0], m[1], m[2]), SIMD3(m[3], m[4], m[5]), SIMD3(m[6], m[7], m[8]))
        }
    }

    /// Adds this frame's colours at a row of pixels of the current frame, except where an object occludes the background or the
    /// camera's view did not reach.
    /// - Parameter columns: at most the number of columns of `samples`.
    @inline(__always)
    func look(_ columns: Range<Int>, _ y: Int, _ samples: inout RowSamples) {
        samples.begin(isKnown: occupied != nil)
        guard let motion else {
            let colours = frame.rgb.pointer(columns.lowerBound, y), occupied = occupied?.pointer(columns.lowerBound, y)
            for column in 0..<columns.count where !(occupied?[column] ?? false) { samples.add(colours[column], at: column) }
            return
        }
        for x in columns {
            if let colour = colour(x, y, motion) { samples.add(colour, at: x - columns.lowerBound) }
        }
    }

    @inline(__always)
    private func colour(_ x: Int, _ y: Int, _ motion: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)) -> RGB? {
        let column = Float(x), row = Float(y)
        let w = motion.2.x * column + motion.2.y * row + motion.2.z
        let atX = (motion.0.x * column + motion.0.y * row + motion.0.z) / w
        let atY = (motion.1.x * column + motion.1.y * row + motion.1.z) / w
        guard atX >= 0, atY >= 0, atX < Float(frame.width - 1), atY < Float(frame.height - 1),
            isFree(Int(atX + 0.5), Int(atY + 0.5))
        else { return nil }
        return colour(atX, atY)
    }

    @inline(__always)
    private func isFree(_ x: Int, _ y: Int) -> Bool {
        guard let occupied else { return true }
        return !occupied[x, y]
    }

    /// The colour at a fractional position: bilinear, with weights in 1/16.
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

    /// The mixture of two colours, times 16.
    @inline(__always)
    private func mix(_ first: SIMD4<Int32>, _ second: SIMD4<Int32>, _ fraction: Int32) -> SIMD4<Int32> {
        first &* (16 - fraction) &+ second &* fraction
    }
}
