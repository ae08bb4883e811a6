import Tensors

/// RF-DETR: boxes with class scores, and with a mask head masks, from an image. Immutable, so one model serves any number of
/// images. Source: RF-DETR, arXiv 2511.09554.
package struct RFDETRModel: Sendable {
    package let configuration: RFDETRConfiguration
    /// Side of the model's input, in pixels.
    package let side: Int
    let encoder: WindowedEncoder
    let projector: FeatureProjector
    let querySelection: QuerySelection
    let decoder: QueryDecoder
    let classEmbed: Linear
    let bboxEmbed: PredictionHead
    /// nil for a model without masks.
    let segmentationHead: SegmentationHead?
    /// Storage type of the weights that take most of the time: those of the backbone's layers and of the mask head's blocks. The
    /// others are in single precision.
    package let format: DataType

    package var makesMasks: Bool { segmentationHead != nil }

    /// - Parameters:
    ///   - model: the scope of `backbone`, `decoder` and the first stage.
    ///   - heads: the scope of `class_embed` and `bbox_embed`.
    ///   - segmentation: the scope of the mask head; nil if there is none.
    ///   - side: side of the model's input, checked by `PicturePreparation`.
    ///   - format: storage type of the largest weights.
    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape; `InputError` for weights that cannot be
    ///   converted to that type.
    init(
        model: Weights, heads: Weights, segmentation: Weights?, _ configuration: RFDETRConfiguration, side: Int,
        format: DataType = .f32
    ) throws {
        let width = configuration.width, backbone = configuration.backbone
        self.configuration = configuration
        (self.side, self.format) = (side, format)
        encoder = try WindowedEncoder(model["backbone"]["backbone"], backbone, side: side, format: format)
        projector = try FeatureProjector(
            model["backbone"]["projector"], configuration.projector, side: side / backbone.patchSize,
            inputs: backbone.outputs.count * backbone.hiddenSize)
        querySelection = try QuerySelection(model, configuration)
        decoder = try QueryDecoder(model["decoder"], configuration.decoder)
        classEmbed = try Linear(heads["class_embed"], inputs: width, outputs: configuration.labels.count)
        bboxEmbed = try PredictionHead(heads["bbox_embed"], inputs: width, hidden: width, outputs: 4, layers: 3)
        segmentationHead = try segmentation.map { try SegmentationHead($0, configuration, pictureSide: side, format: format) }
    }

    /// The maps of the backbone, `[grid, grid, maps * hidden]`.
    /// - Parameter pixels: `[3, side, side]`, normalised.
    package func backboneFeatures(_ pixels: Tensor) -> Tensor { encoder(pixels) }

    /// Features to which queries attend, `[grid, grid, width]`.
    package func features(_ backboneFeatures: Tensor) -> Tensor { projector(backboneFeatures) }

    /// Proposals of the first stage.
    package func proposals(_ features: Tensor) -> Proposals { querySelection.proposals(features) }

    /// Initial boxes of the decoder's queries: relative centre and size, `[queries, 4]`.
    package func referencePoints(_ proposals: Proposals) -> Tensor { querySelection.referencePoints(proposals) }

    /// Class logits, boxes and masks of one image.
    /// - Parameter pixels: `[3, side, side]`, normalised.
    package func callAsFunction(_ pixels: Tensor) -> RFDETRPrediction {
        let features = features(backboneFeatures(pixels)), boxes = referencePoints(proposals(features))
        let states = decoder(querySelection.queryFeat, boxes: boxes, features: features)
        return RFDETRPrediction(
            logits: classEmbed(states), boxes: boxes.refined(by: bboxEmbed(states)),
            masks: segmentationHead.map { $0(states, features: features) })
    }
}

/// Output of a model for one image.
package struct RFDETRPrediction: Sendable {
    /// `[queries, classes]`.
    package let logits: Tensor
    /// Relative centre and size, `[queries, 4]`.
    package let boxes: Tensor
    /// Logits, `[queries, side, side]`; nil for a model without a mask head.
    package let masks: Tensor?

    package init(logits: Tensor, boxes: Tensor, masks: Tensor?) {
        (self.logits, self.boxes, self.masks) = (logits, boxes, masks)
    }
}
