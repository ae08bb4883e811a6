import Parallelism

/// Grey pictures of halving size with their gradients, for optical flow. Level 0 is half the working picture's size:
/// flow there is precise to a fraction of a pixel all the same, at a quarter of the cost.
struct Pyramid: Sendable {
    let levels: [PyramidLevel]

    init(_ frame: WorkingFrame) {
        var grey = halvedGrey(frame)
        var levels = [PyramidLevel(width: grey.width, height: grey.height, values: grey.values)]
        while min(grey.width, grey.height) >= 2 * PyramidLevel.smallest {
            grey = halved(grey)
            levels.append(PyramidLevel(width: grey.width, height: grey.height, values: grey.values))
        }
        self.levels = levels
    }
}

/// One level: a grey picture, 0...255, and its central differences, each with a border of repeated edge pixels so that
/// patches may hang over the edge.
struct PyramidLevel: Sendable {
    /// No level is smaller than this along either side, unless the clip is.
    static let smallest = 18
    static let border = 16

    let width: Int
    let height: Int
    /// Values from one padded row to the next.
    let stride: Int
    let grey: [Float]
    let gradientX: [Float]
    let gradientY: [Float]

    init(width: Int, height: Int, values: [Float]) {
        let border = Self.border
        let stride = width + 2 * border
        self.width = width
        self.height = height
        self.stride = stride
        let rows = height + 2 * border
        var grey = [Float](repeating: 0, count: rows * stride)
        for row in 0..<rows {
            let line = min(max(row - border, 0), height - 1) * width
            for column in 0..<stride { grey[row * stride + column] = values[line + min(max(column - border, 0), width - 1)] }
        }
        var gradientX = [Float](repeating: 0, count: rows * stride), gradientY = gradientX
        grey.withUnsafeBufferPointer { grey in
            gradientX.withUnsafeMutableBufferPointer { gradientX in
                gradientY.withUnsafeMutableBufferPointer { gradientY in
                    for row in 1..<rows - 1 {
                        for place in row * stride + 1..<(row + 1) * stride - 1 {
                            gradientX[place] = (grey[place + 1] - grey[place - 1]) / 2
                            gradientY[place] = (grey[place + stride] - grey[place - stride]) / 2
                        }
                    }
                }
            }
        }
        self.grey = grey
        self.gradientX = gradientX
        self.gradientY = gradientY
    }
}

private struct GreyPicture {
    let width: Int
    let height: Int
    let values: [Float]
}

private func halvedGrey(_ frame: WorkingFrame) -> GreyPicture {
    let width = (frame.width + 1) / 2, height = (frame.height + 1) / 2
    var values = [Float](repeating: 0, count: width * height)
    frame.rgb.withUnsafeBufferPointer { rgb in
        values.withUnsafeMutableBufferPointer { values in
            nonisolated(unsafe) let values = values
            Parallel.fixedRanges(height) { rows in
                for row in rows {
                    let lines = (row * 2, min(row * 2 + 1, frame.height - 1))
                    for column in 0..<width {
                        let places = (column * 2, min(column * 2 + 1, frame.width - 1))
                        func luma(_ line: Int, _ place: Int) -> Int {
                            let at = (line * frame.width + place) * 3
                            return 77 * Int(rgb[at]) + 150 * Int(rgb[at + 1]) + 29 * Int(rgb[at + 2])
                        }
                        let sum = luma(lines.0, places.0) + luma(lines.0, places.1)
                            + luma(lines.1, places.0) + luma(lines.1, places.1)
                        values[row * width + column] = Float(sum) / 1024
                    }
                }
            }
        }
    }
    return GreyPicture(width: width, height: height, values: values)
}

private func halved(_ picture: GreyPicture) -> GreyPicture {
    let width = (picture.width + 1) / 2, height = (picture.height + 1) / 2
    var values = [Float](repeating: 0, count: width * height)
    for row in 0..<height {
        let lines = (row * 2 * picture.width, min(row * 2 + 1, picture.height - 1) * picture.width)
        for column in 0..<width {
            let places = (column * 2, min(column * 2 + 1, picture.width - 1))
            let sum = picture.values[lines.0 + places.0] + picture.values[lines.0 + places.1]
                + picture.values[lines.1 + places.0] + picture.values[lines.1 + places.1]
            values[row * width + column] = sum / 4
        }
    }
    return GreyPicture(width: width, height: height, values: values)
}
