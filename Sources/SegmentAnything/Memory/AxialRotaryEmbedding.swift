import Foundation
import Parallelism
import Tensors

/// Rotary position embedding of the places of a square map: neighbouring components turn together, those of a head's
/// first half by the column and those of its second by the row.
/// Sources: RoFormer, arXiv 2104.09864; for maps: arXiv 2403.13298, section 3.2 ("axial").
struct AxialRotaryEmbedding: Sendable {
    let headSize: Int
    /// Of each place and pair of components, `[side * side, headSize / 2]`.
    private let cosines: Tensor
    private let sines: Tensor

    init(side: Int, headSize: Int, theta: Double) {
        precondition(headSize % 4 == 0, "AxialRotaryEmbedding: a head's size is no multiple of 4")
        self.headSize = headSize
        let quarter = headSize / 4
        let frequencies = (0..<quarter).map { 1 / powf(Float(theta), Float(4 * $0) / Float(headSize)) }
        func table(_ function: (Float) -> Float) -> Tensor {
            Tensor([side * side, headSize / 2]) { output in
                for place in 0..<side * side {
                    for index in 0..<quarter {
                        output[place * 2 * quarter + index] = function(Float(place % side) * frequencies[index])
                        output[place * 2 * quarter + quarter + index] = function(Float(place / side) * frequencies[index])
                    }
                }
            }
        }
        cosines = table(cosf)
        sines = table(sinf)
    }

    /// Turns the rows of a map, or of several maps one after the other; rows from `count` on stand nowhere and stay.
    /// - Parameter input: `[rows, heads * headSize]`.
    func callAsFunction(_ input: Tensor, count: Int? = nil) -> Tensor {
        let turned = count ?? input.rows, half = headSize / 2, width = input.width
        return Tensor(input.shape) { output in
            input.withValues { input in
                cosines.withValues { cosines in
                    sines.withValues { sines in
                        Parallel.ranges(input.count / width, minimum: 64) { rows in
                            for row in rows where row < turned {
                                let place = row % self.cosines.rows * half
                                for head in stride(from: row * width, to: (row + 1) * width, by: headSize) {
                                    for pair in 0..<half {
                                        let first = input[head + 2 * pair], second = input[head + 2 * pair + 1]
                                        let cosine = cosines[place + pair], sine = sines[place + pair]
                                        output[head + 2 * pair] = first * cosine - second * sine
                                        output[head + 2 * pair + 1] = second * cosine + first * sine
                                    }
                                }
                            }
                            let still = max(turned, rows.lowerBound)..<max(turned, rows.upperBound)
                            for index in still.lowerBound * width..<still.upperBound * width { output[index] = input[index] }
                        }
                    }
                }
            }
        }
    }
}
