import Tensors

/// Features of an image for the mask decoder.
package struct ImageFeatures: Sendable {
    /// The coarsest map, `[side, side, hidden]`, without `no_memory_embedding`.
    package let embedding: Tensor
    /// `[4 side, 4 side, hidden / 8]` and `[2 side, 2 side, hidden / 4]`.
    package let highResolution: [Tensor]
}

/// The parts of SAM 2 that segment one image: image encoder, prompt encoder and mask decoder. Immutable, so one model serves any
/// number of images and prompts. Source: SAM 2, arXiv 2408.00714.
package struct SegmentAnythingImageModel: Sendable {
    package let configuration: SegmentAnythingConfiguration
    let backbone: HieraModel
    let neck: VisionNeck
    package let promptEncoder: PromptEncoder
    package let maskDecoder: MaskDecoder
    /// Added to the image embedding if there are no memories, `[1, hidden]`.
    package let noMemoryEmbedding: Tensor
    /// Position encoding of the image embedding, `[side, side, hidden]`, in the same space as that of prompts.
    package let promptPositions: Tensor

    /// - Parameter weights: the whole checkpoint, under the names of `facebook/sam2.1-hiera-*`.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(_ weights: Weights, _ configuration: SegmentAnythingConfiguration) throws {
        self.configuration = configuration
        backbone = try HieraModel(weights["vision_encoder"]["backbone"], configuration.vision)
        neck = try VisionNeck(weights["vision_encoder"]["neck"], configuration.vision)
        promptEncoder = try PromptEncoder(weights["prompt_encoder"], configuration.promptEncoder)
        maskDecoder = try MaskDecoder(weights["mask_decoder"], configuration.maskDecoder)
        noMemoryEmbedding = try weights["no_memory_embedding"].tensor([1, 1, configuration.hiddenSize])
            .reshaped([1, configuration.hiddenSize])
        promptPositions = try PositionalEmbedding(weights["shared_image_embedding"], width: configuration.hiddenSize)
            .map(side: configuration.promptEncoder.embeddingSide)
    }

    /// - Throws: `CheckpointError` if anything is missing, unused, of the wrong shape or unsupported.
    package init(_ files: SegmentAnythingCheckpoint) throws {
        try self.init(files.checkpoint.weights, files.configuration)
        if let leftOver = files.checkpoint.leftOver(isDead: Self.isForTracking).first { throw leftOver }
    }

    /// Maps the weights of a directory in the layout of `facebook/sam2.1-hiera-*`.
    /// - Throws: `CheckpointError` if anything is missing, unused, of the wrong shape or unsupported.
    package init(directory: String) throws {
        try self.init(SegmentAnythingCheckpoint(path: directory))
    }

    /// Maps of the feature pyramid, finest first, `[side, side, hidden]`.
    /// - Parameter pixels: `[imageSize, imageSize, 3]`, normalised.
    package func pyramid(_ pixels: Tensor) -> [Tensor] { neck(backbone(pixels)) }

    /// The part of a feature pyramid that the decoder reads.
    package func features(pyramid: [Tensor]) -> ImageFeatures {
        ImageFeatures(
            embedding: pyramid[2], highResolution: [maskDecoder.convS0(pyramid[0]), maskDecoder.convS1(pyramid[1])])
    }

    /// - Parameter pixels: `[imageSize, imageSize, 3]`, normalised.
    package func features(_ pixels: Tensor) -> ImageFeatures { features(pyramid: pyramid(pixels)) }

    /// Masks of a prompt on an image embedding. Without memories, that is the image's own plus `noMemoryEmbedding`.
    package func masks(
        embedding: Tensor, highResolution: [Tensor], prompts: PromptEmbeddings, multimask: Bool
    ) -> MaskPrediction {
        maskDecoder(
            embedding: embedding, positions: promptPositions, highResolution: highResolution, prompts: prompts,
            multimask: multimask)
    }

    /// The embedding of an image without memories, `[side, side, hidden]`.
    package func embeddingWithoutMemory(_ features: ImageFeatures) -> Tensor {
        features.embedding.addingToRows(noMemoryEmbedding)
    }

    /// True for a tensor that only tracking needs.
    static func isForTracking(_ name: String) -> Bool {
        [
            "memory_attention.", "memory_encoder.", "mask_downsample.", "object_pointer_proj.",
            "temporal_positional_encoding_projection_layer.", "memory_temporal_positional_encoding",
            "no_memory_positional_encoding", "no_object_pointer", "occlusion_spatial_embedding_parameter",
        ].contains { name.hasPrefix($0) }
    }
}
