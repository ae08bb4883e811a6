import Tensors

/// Embeddings of a prompt for the mask decoder.
package struct PromptEmbeddings: Sendable {
    /// `[points + 1, hidden]`, the last being the padding point; `[0, hidden]` without points.
    package let sparse: Tensor
    /// `[side, side, hidden]`.
    package let dense: Tensor
}

/// Embeds points, boxes (as two points) and a mask. Source: SAM, arXiv 2304.02643, appendix A; `prompt_encoder`.
package struct PromptEncoder: Sendable {
    let sharedEmbedding: PositionalEmbedding
    /// `[labels, hidden]`: background, foreground, a box's top left and bottom right corner.
    let pointEmbed: Tensor
    let notAPointEmbed: Tensor
    let noMaskEmbed: Tensor
    let maskEmbed: MaskEmbedding
    let configuration: PromptEncoderConfiguration

    init(_ weights: Weights, _ configuration: PromptEncoderConfiguration) throws {
        let width = configuration.hiddenSize
        sharedEmbedding = try PositionalEmbedding(weights["shared_embedding"], width: width)
        pointEmbed = try weights["point_embed"]["weight"].tensor([configuration.pointEmbeddings, width])
        notAPointEmbed = try weights["not_a_point_embed"]["weight"].tensor([1, width])
        noMaskEmbed = try weights["no_mask_embed"]["weight"].tensor([1, width])
        maskEmbed = try MaskEmbedding(weights["mask_embed"], configuration)
        self.configuration = configuration
    }

    /// - Parameters:
    ///   - points: in pixels of the model's input, a box as its two corners.
    ///   - mask: logits of an earlier mask, `[1, 4 side, 4 side]`.
    package func callAsFunction(points: [PromptPoint], mask: Tensor? = nil) -> PromptEmbeddings {
        PromptEmbeddings(
            sparse: points.isEmpty ? .zeros([0, configuration.hiddenSize]) : .concatenatingRows((points + [.none]).map(embed)),
            dense: embed(mask))
    }

    private func embed(_ point: PromptPoint) -> Tensor {
        let row: Int
        switch point.label {
        case .none: return notAPointEmbed
        case .background: row = 0
        case .foreground: row = 1
        case .boxTopLeft: row = 2
        case .boxBottomRight: row = 3
        }
        // A pixel's position is its centre.
        let imageSize = Float(configuration.imageSize)
        let place = sharedEmbedding(x: (point.x + 0.5) / imageSize, y: (point.y + 0.5) / imageSize)
        return Tensor([1, place.count], values: place) + pointEmbed.rows(row..<row + 1)
    }

    private func embed(_ mask: Tensor?) -> Tensor {
        let side = configuration.embeddingSide, maskSide = configuration.maskInputSide
        guard let mask else {
            return .concatenatingRows(Array(repeating: noMaskEmbed, count: side * side))
                .reshaped([side, side, noMaskEmbed.width])
        }
        precondition(mask.count == maskSide * maskSide, "PromptEncoder: mask of another size")
        return maskEmbed(mask.reshaped([maskSide, maskSide, 1]))
    }
}
