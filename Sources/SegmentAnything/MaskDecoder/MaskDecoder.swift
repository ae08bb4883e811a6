import Foundation
import Tensors

/// The mask decoder: masks from an image embedding and a prompt. Source: SAM, arXiv 2304.02643, appendix A, and SAM 2, arXiv
/// 2408.00714, appendix C; `mask_decoder`.
package struct MaskDecoder: Sendable {
    let objScoreToken: Tensor
    let iouToken: Tensor
    let maskTokens: Tensor
    let transformer: TwoWayTransformer
    let upscaleConv1: ConvTranspose2d
    let upscaleLayerNorm: LayerNorm
    let upscaleConv2: ConvTranspose2d
    let outputHypernetworksMlps: [FeedForward]
    let iouPredictionHead: FeedForward
    let predObjScoreHead: FeedForward
    let convS0: Conv2d
    let convS1: Conv2d
    let configuration: MaskDecoderConfiguration

    init(_ weights: Weights, _ configuration: MaskDecoderConfiguration) throws {
        let width = configuration.hiddenSize, masks = configuration.multimaskOutputs + 1
        objScoreToken = try weights["obj_score_token"]["weight"].tensor([1, width])
        iouToken = try weights["iou_token"]["weight"].tensor([1, width])
        maskTokens = try weights["mask_tokens"]["weight"].tensor([masks, width])
        transformer = try TwoWayTransformer(weights["transformer"], configuration)
        upscaleConv1 = try ConvTranspose2d(weights["upscale_conv1"], inputs: width, outputs: width / 4, kernel: 2)
        upscaleLayerNorm = try LayerNorm(weights["upscale_layer_norm"], width: width / 4, epsilon: 1e-6)
        upscaleConv2 = try ConvTranspose2d(weights["upscale_conv2"], inputs: width / 4, outputs: width / 8, kernel: 2)
        outputHypernetworksMlps = try (0..<masks).map {
            try FeedForward(
                weights["output_hypernetworks_mlps"][$0], inputs: width, hidden: width, outputs: width / 8, layers: 3)
        }
        iouPredictionHead = try FeedForward(
            weights["iou_prediction_head"], inputs: width, hidden: configuration.iouHeadHiddenDim, outputs: masks,
            layers: configuration.iouHeadDepth)
        predObjScoreHead = try FeedForward(
            weights["pred_obj_score_head"], inputs: width, hidden: width, outputs: 1, layers: 3)
        convS0 = try Conv2d(weights["conv_s0"], inputs: width, outputs: width / 8)
        convS1 = try Conv2d(weights["conv_s1"], inputs: width, outputs: width / 4)
        self.configuration = configuration
    }

    /// - Parameters:
    ///   - embedding: the image embedding, `[side, side, hidden]`.
    ///   - positions: its position encoding, `[side, side, hidden]`.
    ///   - highResolution: `[4 side, 4 side, hidden / 8]` and `[2 side, 2 side, hidden / 4]`.
    ///   - multimask: true to return the masks for an ambiguous prompt, false for the single one.
    package func callAsFunction(
        embedding: Tensor, positions: Tensor, highResolution: [Tensor], prompts: PromptEmbeddings, multimask: Bool
    ) -> MaskPrediction {
        let width = configuration.hiddenSize, masks = configuration.multimaskOutputs + 1
        let rows = embedding.rows
        let state = transformer(
            tokens: .concatenatingRows([objScoreToken, iouToken, maskTokens, prompts.sparse]),
            image: (embedding + prompts.dense).reshaped([rows, width]), imagePositions: positions.reshaped([rows, width]))
        let tokens = state.tokens.rows(2..<2 + masks)

        let map = state.image.reshaped(embedding.shape)
        let doubled = Activation.gelu(upscaleLayerNorm(upscaleConv1(map) + highResolution[1]))
        let upscaled = Activation.gelu(upscaleConv2(doubled) + highResolution[0])
        let kernels = Tensor.concatenatingRows(outputHypernetworksMlps.enumerated().map { $1(tokens.rows($0..<$0 + 1)) })
        let logits = matrixMultiply(kernels, WeightMatrix(upscaled))
            .reshaped([masks, upscaled.shape[0], upscaled.shape[1]])
        let ious = iouPredictionHead(state.tokens.rows(1..<2)).array.map { 1 / (1 + expf(-$0)) }
        let all = MaskPrediction(
            masks: logits, ious: ious, tokens: tokens,
            objectScore: predObjScoreHead(state.tokens.rows(0..<1)).array[0])
        return multimask ? all.selecting(1..<masks) : all.single(configuration)
    }
}
