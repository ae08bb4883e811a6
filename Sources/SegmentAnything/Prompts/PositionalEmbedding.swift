import Foundation
import Tensors

/// Sines and cosines of random projections of a place: what tells the model where a point is.
/// Source: arXiv 2006.10739; key `positional_embedding` `[2, width / 2]`.
struct PositionalEmbedding: Sendable {
    let positionalEmbedding: Tensor

    init(_ weights: Weights, width: Int) throws {
        positionalEmbedding = try weights["positional_embedding"].tensor([2, width / 2])
    }

    /// - Parameters: shares of the picture's width and height.
    /// - Returns: the place's `width` numbers.
    func callAsFunction(x: Float, y: Float) -> [Float] {
        let (x, y) = (2 * x - 1, 2 * y - 1), half = positionalEmbedding.width
        let angles = positionalEmbedding.withValues { table in
            (0..<half).map { 2 * Float.pi * (x * table[$0] + y * table[half + $0]) }
        }
        return angles.map(sinf) + angles.map(cosf)
    }

    /// Embedding of the centre of each place of a square map, `[side, side, width]`.
    func map(side: Int) -> Tensor {
        let shares = (0..<side).map { (Float($0) + 0.5) / Float(side) }
        return Tensor(
            [side, side, 2 * positionalEmbedding.width],
            values: shares.flatMap { y in shares.flatMap { x in self(x: x, y: y) } })
    }
}
