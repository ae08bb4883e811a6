import Foundation
import Tensors

/// The first of two stages: each cell of the features proposes a box, and the best ones, refined by learned boxes, initialise
/// the decoder's queries. Keys: `enc_output.0`, `enc_output_norm.0`, `enc_out_class_embed.0`, `enc_out_bbox_embed.0`,
/// `reference_point_embed`, `query_feat`. Source: Deformable DETR, arXiv 2010.04159, appendix A.4.
struct QuerySelection: Sendable {
    let encOutput: Linear
    let encOutputNorm: LayerNorm
    let encOutClassEmbed: Linear
    let encOutBboxEmbed: PredictionHead
    /// `[queries, 4]`.
    let referencePointEmbed: Tensor
    /// `[queries, width]`.
    let queryFeat: Tensor

    /// Relative width and height of each cell's box.
    private static let proposedSize: Float = 0.05
    /// Cells whose centres are nearer to an edge than this fraction of the image propose nothing.
    private static let margin: Float = 0.01

    init(_ weights: Weights, _ configuration: RFDETRConfiguration) throws {
        let width = configuration.width, queries = configuration.decoder.queries
        encOutput = try Linear(weights["enc_output"][0], inputs: width, outputs: width)
        encOutputNorm = try LayerNorm(weights["enc_output_norm"][0], width: width, epsilon: 1e-5)
        encOutClassEmbed = try Linear(weights["enc_out_class_embed"][0], inputs: width, outputs: configuration.labels.count)
        encOutBboxEmbed = try PredictionHead(weights["enc_out_bbox_embed"][0], inputs: width, hidden: width, outputs: 4, layers: 3)
        // Only the first group is used.
        let all = queries * configuration.decoder.groups
        referencePointEmbed = try weights["reference_point_embed"]["weight"].tensor([all, 4]).rows(0..<queries)
        queryFeat = try weights["query_feat"]["weight"].tensor([all, width]).rows(0..<queries)
    }

    /// - Parameter features: `[side, side, width]`, with at least as many cells as there are queries.
    /// - Returns: the proposals of the best cells.
    func proposals(_ features: Tensor) -> Proposals {
        let cells = features.reshaped([features.rows, features.width]), side = features.shape[1]
        let boxes = Self.boxes(height: features.shape[0], width: side)
        // A box of size 0 marks a cell without a proposal.
        let isValid = boxes.map { $0[2] > 0 }
        let hidden = encOutputNorm(encOutput(isValid.allSatisfy { $0 } ? cells : cells.zeroing(rowsWhere: isValid.map { !$0 })))
        let logits = encOutClassEmbed(hidden), classes = logits.width
        let scores = logits.withValues { values in
            isValid.indices.map { cell in
                isValid[cell] ? values[cell * classes..<(cell + 1) * classes].reduce(-.infinity) { max($0, $1) } : -.infinity
            }
        }
        let best = largest(queryFeat.rows, of: scores)
        let chosen = Tensor([best.count, 4], values: best.flatMap { boxes[$0] })
        let states = hidden.rows(at: best)
        return Proposals(cells: best, states: states, boxes: chosen.refined(by: encOutBboxEmbed(states)))
    }

    /// Initial boxes of the decoder's queries, `[queries, 4]`.
    func referencePoints(_ proposals: Proposals) -> Tensor { proposals.boxes.refined(by: referencePointEmbed) }

    /// A box around each cell's centre, in row-major order; zeros for cells at the edges of a fine grid.
    private static func boxes(height: Int, width: Int) -> [[Float]] {
        (0..<height * width).map { cell in
            let x = (Float(cell % width) + 0.5) / Float(width), y = (Float(cell / width) + 0.5) / Float(height)
            let isInside = min(x, y) > margin && max(x, y) < 1 - margin
            return isInside ? [x, y, proposedSize, proposedSize] : [0, 0, 0, 0]
        }
    }
}

/// Boxes and states proposed by the first stage.
package struct Proposals: Sendable {
    /// Feature cells, best first.
    package let cells: [Int]
    /// `[queries, width]`.
    package let states: Tensor
    /// Relative centre and size, `[queries, 4]`.
    package let boxes: Tensor
}

extension Tensor {
    fileprivate func zeroing(rowsWhere isZero: [Bool]) -> Tensor {
        Tensor(shape) { output in
            withValues { _ = output.update(fromContentsOf: $0) }
            for row in isZero.indices where isZero[row] { output[row * width..<(row + 1) * width].update(repeating: 0) }
        }
    }
}
