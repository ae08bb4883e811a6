import Foundation
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

    /// - Parameters:
    ///   - input: `[rows, heads * headSize]`.
    ///   - positions: of each row.
    func callAsFunction(_ input: Tensor, positions: [Int]) -> Tensor {
        let half = headSize / 2, width = input.width
        return Tensor(input.shape) { output in
            input.withValues { input in
                Parallel.ranges(positions.count, minimum: 16) { rows in
                    var cosines = [Float](repeating: 0, count: half), sines = cosines
                    for row in rows {
                        for index in 0..<half {
                            let angle = Float(positions[row]) * frequencies[index]
                            cosines[index] = cosf(angle)
                            sines[index] = sinf(angle)
                        }
                        for head in stride(from: row * width, to: (row + 1) * width, by: headSize) {
                            for index in 0..<half {
                                let low = input[head + index], high = input[head + half + index]
                                output[head + index] = low * cosines[index] - high * sines[index]
                                output[head + half + index] = high * cosines[index] + low * sines[index]
                            }
                        }
                    }
                }
            }
        }
    }
}
