import Foundation
import Parallelism
import Tensors

/// Rotary position embedding in the rotate-half form: component i of a head is rotated with component i + headSize / 2. Source:
/// RoFormer, arXiv 2104.09864; linear scaling: arXiv 2306.15595. Angles are in single precision, as published.
struct RotaryEmbedding: Sendable {
    let headSize: Int
    /// Radians per position, `[headSize / 2]`.
    let frequencies: [Float]

    init(headSize: Int, theta: Double, factor: Double) {
        self.headSize = headSize
        frequencies = (0..<headSize / 2).map { index in
            Float(1) / powf(Float(theta), Float(2 * index) / Float(headSize)) / Float(factor)
        }
    }

    /// Rotation table, `[positions, headSize]`: each position's cosines, then its sines. All layers share it.
    func callAsFunction(_ positions: [Int]) -> Tensor {
        let half = headSize / 2
        return Tensor([positions.count, headSize]) { output in
            Parallel.ranges(positions.count, minimum: 64) { rows in
                for row in rows {
                    for index in 0..<half {
                        let angle = Float(positions[row]) * frequencies[index]
                        output[row * headSize + index] = cosf(angle)
                        output[row * headSize + half + index] = sinf(angle)
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// Rotates the heads of each row, `[rows, heads * headSize]`, by that row of the rotation table.
    /// - Parameter cosSin: `[rows, headSize]`, from `RotaryEmbedding`.
    func rotated(by cosSin: Tensor) -> Tensor {
        let headSize = cosSin.width, width = width
        precondition(rows == cosSin.rows && width % headSize == 0, "rotated: sizes differ")
        return Tensor(shape) { output in
            withValues { input in
                cosSin.withValues { table in
                    Parallel.ranges(rows, minimum: 16) { rows in
                        rotate(rows, width: width, headSize: headSize, input, table, output)
                    }
                }
            }
        }
    }
}

/// Rotates the heads of a range of rows.
private func rotate(
    _ rows: Range<Int>, width: Int, headSize: Int, _ input: UnsafeBufferPointer<Float>,
    _ table: UnsafeBufferPointer<Float>, _ output: UnsafeMutableBufferPointer<Float>
) {
    for row in rows { rotateRow(row, width: width, headSize: headSize, input, table, output) }
}

/// Rotates the heads of one row: component i with component i + headSize / 2.
@inline(__always)
private func rotateRow(
    _ row: Int, width: Int, headSize: Int, _ input: UnsafeBufferPointer<Float>, _ table: UnsafeBufferPointer<Float>,
    _ output: UnsafeMutableBufferPointer<Float>
) {
    let half = headSize / 2, place = row * headSize
    let cosines = UnsafeBufferPointer(rebasing: table[place..<place + half])
    let sines = UnsafeBufferPointer(rebasing: table[place + half..<place + headSize])
    for head in stride(from: row * width, to: (row + 1) * width, by: headSize) {
        let source = UnsafeBufferPointer(rebasing: input[head..<head + headSize])
        let target = UnsafeMutableBufferPointer(rebasing: output[head..<head + headSize])
        for index in 0..<half {
            let low = source[index], high = source[half + index]
            target[index] = low * cosines[index] - high * sines[index]
            target[half + index] = high * cosines[index] + low * sines[index]
        }
    }
}
