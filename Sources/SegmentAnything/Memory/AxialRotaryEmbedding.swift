import Foundation
import Parallelism
import Tensors

/// Axial rotary position embedding of a square map: adjacent components are rotated together, those of a head's first half by
/// the column and those of its second by the row. Sources: RoFormer, arXiv 2104.09864; for maps: arXiv 2403.13298, section 3.2
/// ("axial").
struct AxialRotaryEmbedding: Sendable {
    let headSize: Int
    /// Rotation table, `[side * side, headSize]`: cosines of a position's component pairs, then their sines.
    private let cosSin: Tensor

    init(side: Int, headSize: Int, theta: Double) {
        precondition(headSize % 4 == 0, "AxialRotaryEmbedding: the head size is not a multiple of 4")
        self.headSize = headSize
        let quarter = headSize / 4
        let frequencies = (0..<quarter).map { 1 / powf(Float(theta), Float(4 * $0) / Float(headSize)) }
        cosSin = Tensor([side * side, headSize]) { output in
            for place in 0..<side * side {
                let angles = frequencies.map { Float(place % side) * $0 } + frequencies.map { Float(place / side) * $0 }
                for (pair, angle) in angles.enumerated() {
                    output[place * headSize + pair] = cosf(angle)
                    output[place * headSize + headSize / 2 + pair] = sinf(angle)
                }
            }
        }
    }

    /// Rotates the rows of one or several concatenated maps; rows from `count` on have no position and are copied.
    /// - Parameter input: `[rows, heads * headSize]`.
    func callAsFunction(_ input: Tensor, count: Int? = nil) -> Tensor {
        let turned = count ?? input.rows, width = input.width
        return Tensor(input.shape) { output in
            input.withValues { input in
                cosSin.withValues { table in
                    Parallel.ranges(input.count / width, minimum: 64) { rows in
                        turn(rows.clamped(to: 0..<turned), width: width, input, table, output)
                        let still = rows.clamped(to: turned..<max(turned, rows.upperBound))
                        output.copy(still.lowerBound * width..<still.upperBound * width, of: input)
                    }
                }
            }
        }
    }

    /// Rotates the heads of a range of rows.
    private func turn(
        _ rows: Range<Int>, width: Int, _ input: UnsafeBufferPointer<Float>, _ table: UnsafeBufferPointer<Float>,
        _ output: UnsafeMutableBufferPointer<Float>
    ) {
        for row in rows { turn(row, width: width, input, table, output) }
    }

    /// Rotates the heads of one row.
    @inline(__always)
    private func turn(
        _ row: Int, width: Int, _ input: UnsafeBufferPointer<Float>, _ table: UnsafeBufferPointer<Float>,
        _ output: UnsafeMutableBufferPointer<Float>
    ) {
        let half = headSize / 2, place = row % cosSin.rows * headSize
        let cosines = UnsafeBufferPointer(rebasing: table[place..<place + half])
        let sines = UnsafeBufferPointer(rebasing: table[place + half..<place + headSize])
        for head in stride(from: row * width, to: (row + 1) * width, by: headSize) {
            let source = UnsafeBufferPointer(rebasing: input[head..<head + headSize])
            let target = UnsafeMutableBufferPointer(rebasing: output[head..<head + headSize])
            for pair in 0..<half {
                let first = source[2 * pair], second = source[2 * pair + 1]
                target[2 * pair] = first * cosines[pair] - second * sines[pair]
                target[2 * pair + 1] = second * cosines[pair] + first * sines[pair]
            }
        }
    }
}

extension UnsafeMutableBufferPointer<Float> {
    /// Copies a range of another buffer to the same indices.
    fileprivate func copy(_ range: Range<Int>, of other: UnsafeBufferPointer<Float>) {
        for index in range { self[index] = other[index] }
    }
}
