import Imaging

/// Image pyramid of grey images and their gradients, for optical flow. Level 0 is half the working image's size: flow there
/// still has subpixel precision, at a quarter of the cost.
struct Pyramid: Sendable {
    let levels: [PyramidLevel]

    init(_ frame: WorkingFrame) {
        var grey = halvedGrey(frame)
        var levels = [PyramidLevel(grey)]
        while min(grey.box.width, grey.box.height) >= 2 * PyramidLevel.smallest {
            grey = halved(grey)
            levels.append(PyramidLevel(grey))
        }
        self.levels = levels
    }
}

/// One level: a grey image, 0...255, and its central differences, each with a replicated border so that patches may extend
/// beyond the edge.
struct PyramidLevel: Sendable {
    /// Length of the shorter side below which no level is made, unless the clip is smaller.
    static let smallest = 18
    /// Border width on each side.
    static let border = 16

    /// The image without its border, from (0, 0).
    let box: BoundingBox
    /// `[height + 2 * border, width + 2 * border]`, like the gradients; pixel (0, 0) is that of the image.
    let grey: Plane<Float>
    let gradientX: Plane<Float>
    let gradientY: Plane<Float>

    var width: Int { box.width }
    var height: Int { box.height }

    /// - Parameter picture: grey values, 0...255, `[height, width]`.
    init(_ picture: Plane<Float>) {
        box = picture.box
        grey = bordered(picture, by: Self.border)
        gradientX = differences(of: grey, step: 1)
        gradientY = differences(of: grey, step: grey.box.width)
    }

    /// The grey value at a fractional position, by bilinear interpolation; clamped at the border's edge.
    @inline(__always)
    func sample(_ x: Float, _ y: Float) -> Float {
        let border = Float(Self.border), stride = grey.box.width
        let x = min(max(x + border, 0), Float(stride) - 2)
        let y = min(max(y + border, 0), Float(height) + 2 * border - 2)
        let left = Int(x), top = Int(y), place = top * stride + left
        let fractionX = x - Float(left), fractionY = y - Float(top)
        let above = grey[place] * (1 - fractionX) + grey[place + 1] * fractionX
        let below = grey[place + stride] * (1 - fractionX) + grey[place + stride + 1] * fractionX
        return above * (1 - fractionY) + below * fractionY
    }
}

/// An image with its edge pixels replicated around it.
private func bordered(_ picture: Plane<Float>, by border: Int) -> Plane<Float> {
    let size = picture.box
    let result = MutablePlane<Float>(
        BoundingBox(left: -border, top: -border, width: size.width + 2 * border, height: size.height + 2 * border))
    for y in -border..<size.height + border {
        let line = min(max(y, 0), size.height - 1)
        for x in -border..<size.width + border { result[x, y] = picture[min(max(x, 0), size.width - 1), line] }
    }
    return result.finished()
}

/// Central differences of the values `step` positions before and after; 0 along the edge of the plane.
private func differences(of grey: Plane<Float>, step: Int) -> Plane<Float> {
    let result = MutablePlane<Float>(grey.box, repeating: 0)
    let stride = grey.box.width
    for row in 1..<grey.box.height - 1 {
        for place in row * stride + 1..<(row + 1) * stride - 1 {
            result[place] = (grey[place + step] - grey[place - step]) / 2
        }
    }
    return result.finished()
}

/// Luma of a frame at half its size: the mean of 2 x 2 pixels.
private func halvedGrey(_ frame: WorkingFrame) -> Plane<Float> {
    let box = BoundingBox(left: 0, top: 0, width: (frame.width + 1) / 2, height: (frame.height + 1) / 2)
    return Plane(box) { row in
        let lines = (row.y * 2, min(row.y * 2 + 1, frame.height - 1))
        for x in row.columns {
            let places = (x * 2, min(x * 2 + 1, frame.width - 1))
            let sum = luma(frame.rgb[places.0, lines.0]) + luma(frame.rgb[places.1, lines.0])
                + luma(frame.rgb[places.0, lines.1]) + luma(frame.rgb[places.1, lines.1])
            row[x] = Float(sum) / 1024
        }
    }
}

/// Luma of a colour, in 1/256 of an 8-bit step.
@inline(__always)
private func luma(_ colour: RGB) -> Int { 77 * Int(colour.red) + 150 * Int(colour.green) + 29 * Int(colour.blue) }

/// An image at half its size: the mean of 2 x 2 pixels.
private func halved(_ picture: Plane<Float>) -> Plane<Float> {
    let size = picture.box
    let box = BoundingBox(left: 0, top: 0, width: (size.width + 1) / 2, height: (size.height + 1) / 2)
    let result = MutablePlane<Float>(box)
    for y in 0..<box.height {
        let lines = (y * 2, min(y * 2 + 1, size.height - 1))
        for x in 0..<box.width {
            let places = (x * 2, min(x * 2 + 1, size.width - 1))
            let sum = picture[places.0, lines.0] + picture[places.1, lines.0]
                + picture[places.0, lines.1] + picture[places.1, lines.1]
            result[x, y] = sum / 4
        }
    }
    return result.finished()
}
