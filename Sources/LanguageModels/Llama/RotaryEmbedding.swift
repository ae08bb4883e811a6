import Foundation
import Parallelism
import Tensors

/// Rotary position embedding in the rotate-half form: component i of a head turns with component i + headSize / 2.
/// Source: RoFormer, arXiv 2104.09864; linear scaling: arXiv 2306.15595. Angles are single precision, as published.
struct RotaryEmbedding: Sendable {
    let headSize: Int
    /// Turns per position, `[headSize / 2]`.
    let frequencies: [Float]

    init(headSize: Int, theta: Double, factor: Double) {
        self.headSize = headSize
        frequencies = (0..<headSize / 2).map { index in
            Float(1) / powf(Float(theta), Float(2 * index) / Float(headSize)) / Float(factor)
        }
    }

    /// How each position turns, `[positions, headSize]`: the cosines, then the sines. The same for every layer.
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
    /// `[rows, heads * headSize]`, each row's heads turned by that row of `turns` `[rows, headSize]`.
    func rotated(by turns: Tensor) -> Tensor {
        let size = turns.width, half = size / 2, width = width
        precondition(rows == turns.rows && width % size == 0, "rotated: sizes differ")
        return Tensor(shape) { output in
            withValues { input in
                turns.withValues { turns in
                    Parallel.ranges(rows, minimum: 16) { rows in
                        for row in rows {
                            let cosines = row * size, sines = cosines + half
                            for head in stride(from: row * width, to: (row + 1) * width, by: size) {
                                for index in 0..<half {
                                    let low = input[head + index], high = input[head + half + index]
                                    output[head + index] = low * turns[cosines + index] - high * turns[sines + index]
                                    output[head + half + index] = high * turns[cosines + index] + low * turns[sines + index]
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
