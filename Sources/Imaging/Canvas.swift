/// An image to draw on; drawing is clipped to it.
package struct Canvas: Sendable {
    package let width: Int
    package let height: Int
    private var pixels: [UInt8]

    /// A canvas of one colour.
    package init(width: Int, height: Int, _ colour: Colour) {
        precondition(width > 0 && height > 0, "Canvas: empty")
        self.width = width
        self.height = height
        pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { pixels, initialized in
            for index in 0..<width * height {
                pixels[index * 3] = colour.red
                pixels[index * 3 + 1] = colour.green
                pixels[index * 3 + 2] = colour.blue
            }
            initialized = width * height * 3
        }
    }

    package init(_ image: RGBImage) {
        width = image.width
        height = image.height
        pixels = image.pixels
    }

    /// The image with everything drawn so far.
    package var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }

    package var bounds: BoundingBox { BoundingBox(left: 0, top: 0, width: width, height: height) }

    /// Fills a box.
    /// - Parameter opacity: 0...1.
    package mutating func fill(_ box: BoundingBox, _ colour: Colour, opacity: Double = 1) {
        guard let box = box.intersection(bounds) else { return }
        let alpha = Int((opacity * 256).rounded()), width = width
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in box.top..<box.bottom {
                for index in row * width + box.left..<row * width + box.right {
                    pixels.blend(colour, alpha, at: index)
                }
            }
        }
    }

    /// Copies an image, with its top left pixel at a position.
    package mutating func draw(_ image: RGBImage, left: Int, top: Int) {
        guard let box = BoundingBox(left: left, top: top, width: image.width, height: image.height).intersection(bounds)
        else { return }
        let width = width
        pixels.withUnsafeMutableBufferPointer { pixels in
            image.pixels.withUnsafeBufferPointer { source in
                for row in box.top..<box.bottom {
                    let from = ((row - top) * image.width + box.left - left) * 3
                    let to = (row * width + box.left) * 3
                    _ = UnsafeMutableBufferPointer(rebasing: pixels[to..<to + box.width * 3])
                        .update(fromContentsOf: source[from..<from + box.width * 3])
                }
            }
        }
    }

    /// Composites an image over the canvas.
    package mutating func draw(_ image: TranslucentImage, left: Int, top: Int) {
        guard let box = BoundingBox(left: left, top: top, width: image.width, height: image.height).intersection(bounds)
        else { return }
        let width = width
        pixels.withUnsafeMutableBufferPointer { pixels in
            image.pixels.withUnsafeBufferPointer { source in
                for row in box.top..<box.bottom {
                    for column in box.left..<box.right {
                        let from = ((row - top) * image.width + column - left) * 4
                        pixels.lay(source, at: from, over: (row * width + column) * 3)
                    }
                }
            }
        }
    }

    /// Draws an object's outline: a line in its colour inside the edge, a dark rim outside for contrast on any background, and a
    /// translucent fill.
    package mutating func draw(_ outline: Outline, _ colour: Colour, _ style: OutlineStyle) {
        guard let box = outline.box.intersection(bounds) else { return }
        let width = width
        let unit = Double(Outline.unit)
        // Coverage by distance to the edge, with antialiased borders one pixel wide, as a table because distances are small.
        func coverage(_ thickness: Double) -> [Int] {
            (0..<256).map { Int((max(0, min(1, thickness - Double($0) / unit + 0.5)) * 256).rounded()) }
        }
        let line = coverage(style.thickness)
        let rim = coverage(style.rim).map { Int(Double($0) * style.rimOpacity) }
        let fill = Int((style.fillOpacity * 256).rounded())
        pixels.withUnsafeMutableBufferPointer { pixels in
            outline.distances.withUnsafeBufferPointer { distances in
                for row in box.top..<box.bottom {
                    let start = (row - outline.box.top) * outline.box.width - outline.box.left
                    for column in box.left..<box.right {
                        let distance = Int(distances[start + column]), isInside = distance > 0
                        let covered = isInside ? max(line[min(255, distance)], fill) : rim[min(255, -distance)]
                        guard covered > 0 else { continue }
                        pixels.blend(isInside ? colour : .black, covered, at: row * width + column)
                    }
                }
            }
        }
    }
}

/// Style of outlines; lengths in pixels.
package struct OutlineStyle: Sendable, Equatable {
    package var thickness: Double
    package var rim: Double
    package var rimOpacity = 0.6
    /// Opacity of the colour on the object, 0...1.
    package var fillOpacity = 0.16

    /// A style suited to an image whose shorter side has `shortSide` pixels.
    package init(shortSide: Int) {
        thickness = max(1.5, Double(shortSide) / 270)
        rim = max(1, Double(shortSide) / 540)
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Composites a pixel of `source`, premultiplied colours and then opacity, over the one at `to`.
    @inline(__always)
    fileprivate func lay(_ source: UnsafeBufferPointer<UInt8>, at from: Int, over to: Int) {
        let rest = 255 - Int(source[from + 3])
        guard rest < 255 else { return }
        for channel in 0..<3 {
            let under = (Int(self[to + channel]) * rest + 127) / 255
            self[to + channel] = UInt8(clamping: Int(source[from + channel]) + under)
        }
    }

    /// - Parameter alpha: 0...256.
    @inline(__always)
    fileprivate func blend(_ colour: Colour, _ alpha: Int, at index: Int) {
        let rest = 256 - alpha, start = index * 3
        self[start] = UInt8((Int(self[start]) * rest + Int(colour.red) * alpha + 128) >> 8)
        self[start + 1] = UInt8((Int(self[start + 1]) * rest + Int(colour.green) * alpha + 128) >> 8)
        self[start + 2] = UInt8((Int(self[start + 2]) * rest + Int(colour.blue) * alpha + 128) >> 8)
    }
}
