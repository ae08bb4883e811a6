import Foundation
import Tensors

/// The sinusoidal position encoding of a map: sines and cosines of the relative row, then of the relative column, at growing
/// wavelengths. Source: DETR, arXiv 2005.12872, and arXiv 1706.03762, section 3.5.
///
/// - Parameter channels: a multiple of 4.
/// - Returns: `[height, width, channels]`.
package func sinePositions(height: Int, width: Int, channels: Int) -> Tensor {
    let half = channels / 2
    // In single precision and in this order, like the published code.
    let wavelengths = (0..<half).map { powf(10_000, Float(2 * ($0 / 2)) / Float(half)) }
    func encoded(_ position: Int, of count: Int) -> [Float] {
        let share = Float(position + 1) / (Float(count) + 1e-6) * (2 * Float.pi)
        return wavelengths.enumerated().map { $0 % 2 == 0 ? sinf(share / $1) : cosf(share / $1) }
    }
    let rows = (0..<height).map { encoded($0, of: height) }, columns = (0..<width).map { encoded($0, of: width) }
    return Tensor([height, width, channels], values: rows.flatMap { row in columns.flatMap { row + $0 } })
}
