import Foundation
import Tensors

/// Random Fourier features of a position. Source: arXiv 2006.10739; key `positional_embedding` `[2, width / 2]`.
struct PositionalEmbedding: Sendable {
    let positionalEmbedding: Tensor

    init(_ weights: Weights, width: Int) throws {
        positionalEmbedding = try weights["positional_embedding"].tensor([2, width / 2])
    }

    /// - Parameters: position as fractions of the image's width and height.
    /// - Returns: the `width` features.
    func callAsFunction(x: Float, y: Float) -> [Float] {
        let (x, y) = (2 * x - 1, 2 * y - 1), half = positionalEmbedding.width
        let angles = positionalEmbedding.withValues { table in
            (0..<half).map { 2 * Float.pi * (x * table[$0] + y * table[half + $0]) }
        }
        return angles.map(sinf) + angles.map(cosf)
    }

    /// Embedding of the centre of each position of a square map, `[side, side, width]`.
    func map(side: Int) -> Tensor {
        let shares = (0..<side).map { (Float($0) + 0.5) / Float(side) }
        return Tensor(
            [side, side, 2 * positionalEmbedding.width],
            values: shares.flatMap { y in shares.flatMap { x in self(x: x, y: y) } })
    }
}
