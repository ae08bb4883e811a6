import Imaging
import Tensors

/// Masks as linear combinations of an image's prototypes, weighted by each box's coefficients.
struct PrototypeMasks {
    /// `[1, M, h, w]`.
    let prototypes: Tensor
    let placement: PicturePlacement

    private var height: Int { prototypes.shape[2] }
    private var width: Int { prototypes.shape[3] }

    /// Pixels of an image inside a box with a positive value.
    /// - Parameter box: in the image's pixels.
    func mask(_ coefficients: [Float], in box: Rectangle) -> Mask {
        let picture = placement.picture
        var pixels = [UInt8](repeating: 0, count: picture.width * picture.height)
        if let inside = box.pixels(in: picture) { fill(&pixels, inside, coefficients) }
        return Mask(width: picture.width, height: picture.height, pixels: pixels)
    }

    private func fill(_ pixels: inout [UInt8], _ box: BoundingBox, _ coefficients: [Float]) {
        let columns = (box.left..<box.right).map { tap(placement.inputX(Double($0) + 0.5), placement.input.width, width) }
        let rows = (box.top..<box.bottom).map { tap(placement.inputY(Double($0) + 0.5), placement.input.height, height) }
        guard let firstRow = rows.first?.low, let lastRow = rows.last?.high, let first = columns.first?.low,
            let last = columns.last?.high
        else { return }
        let span = last - first + 1, values = sums(coefficients, firstRow...lastRow, first...last)
        for (y, row) in rows.enumerated() {
            let upper = (row.low - firstRow) * span, lower = (row.high - firstRow) * span
            let start = (box.top + y) * placement.picture.width + box.left
            for (x, column) in columns.enumerated() {
                let (left, right) = (column.low - first, column.high - first)
                let above = values[upper + left] * (1 - column.part) + values[upper + right] * column.part
                let below = values[lower + left] * (1 - column.part) + values[lower + right] * column.part
                if above * (1 - row.part) + below * row.part > 0 { pixels[start + x] = 1 }
            }
        }
    }

    /// The linear combination within a range of prototype rows and columns.
    private func sums(_ coefficients: [Float], _ rows: ClosedRange<Int>, _ columns: ClosedRange<Int>) -> [Float] {
        var sums = [Float](repeating: 0, count: rows.count * columns.count)
        prototypes.withValues { values in
            for (number, coefficient) in coefficients.enumerated() where number < prototypes.shape[1] {
                for (y, row) in rows.enumerated() {
                    let source = (number * height + row) * width + columns.lowerBound, target = y * columns.count
                    for x in 0..<columns.count { sums[target + x] += coefficient * values[source + x] }
                }
            }
        }
        return sums
    }

    /// The two prototype positions around a position of the model's input, and the second one's weight.
    private func tap(_ place: Double, _ inputSize: Int, _ size: Int) -> (low: Int, high: Int, part: Float) {
        let inside = min(max(0, place * Double(size) / Double(inputSize) - 0.5), Double(size - 1)), low = Int(inside)
        return (low, min(low + 1, size - 1), Float(inside - Double(low)))
    }
}
