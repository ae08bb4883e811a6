import Imaging
import Tensors

/// Segments still images: an image is encoded once and then prompted any number of times.
package struct SegmentAnythingImagePredictor: Sendable {
    package let model: SegmentAnythingImageModel

    package init(_ model: SegmentAnythingImageModel) {
        self.model = model
    }

    /// Encodes an image for any number of prompts.
    package func encode(_ image: RGBImage) -> EncodedPicture {
        let features = model.features(ImagePreparation(side: model.configuration.imageSize).picture(image))
        return EncodedPicture(
            width: image.width, height: image.height, model: model, embedding: model.embeddingWithoutMemory(features),
            highResolution: features.highResolution)
    }
}

/// An encoded image, ready for prompts.
package struct EncodedPicture: Sendable {
    package let width: Int
    package let height: Int
    let model: SegmentAnythingImageModel
    let embedding: Tensor
    let highResolution: [Tensor]

    /// - Parameters:
    ///   - mask: logits of an earlier prediction on this image, `[1, 4 side, 4 side]`.
    ///   - multimask: true for the masks of an ambiguous prompt, false for a single one; nil to decide by the prompt.
    /// - Throws: `PicturePromptError` if the prompt lies outside the image or the mask has another size.
    package func predict(
        _ prompt: PicturePrompt, mask: Tensor? = nil, multimask: Bool? = nil
    ) throws(PicturePromptError) -> [PredictedMask] {
        let side = model.configuration.promptEncoder.maskInputSide
        if let mask, mask.shape != [1, side, side] {
            throw PicturePromptError.maskSize(found: mask.shape, expected: [1, side, side])
        }
        let points = try prompt.modelPoints(width: width, height: height, side: model.configuration.imageSize)
        let prediction = model.masks(
            embedding: embedding, highResolution: highResolution,
            prompts: model.promptEncoder(points: points, mask: mask), multimask: multimask ?? prompt.isAmbiguous)
        let planes = prediction.masks.reshaped([prediction.ious.count, side * side])
        return prediction.ious.enumerated().map { index, iou in
            PredictedMask(
                logits: planes.rows(index..<index + 1).reshaped([1, side, side]), iou: iou, width: width, height: height)
        }
    }

    /// The mask with the highest predicted IoU.
    /// - Throws: `PicturePromptError` if the prompt lies outside the image.
    package func bestMask(_ prompt: PicturePrompt) throws(PicturePromptError) -> PredictedMask {
        let masks = try predict(prompt)
        return masks.dropFirst().reduce(masks[0]) { $1.iou > $0.iou ? $1 : $0 }
    }
}

/// A mask predicted by the model.
package struct PredictedMask: Sendable {
    /// Logits at the model's resolution, `[1, 4 side, 4 side]`.
    package let logits: Tensor
    /// Predicted IoU with the object.
    package let iou: Float
    let width: Int
    let height: Int

    /// Logits for use as a mask prompt, clamped to -32 ... 32, `[1, 4 side, 4 side]`.
    package var maskInput: Tensor { Tensor(logits.shape, values: logits.array.map { min(max($0, -32), 32) }) }

    /// Logits at the image's size, `[1, height, width]`.
    package var enlarged: Tensor { logits.interpolated(height: height, width: width, .bilinear) }

    /// Pixels with a logit above 0.
    package var mask: Mask {
        Mask(width: width, height: height, pixels: enlarged.array.map { $0 > 0 ? 1 : 0 })
    }
}
