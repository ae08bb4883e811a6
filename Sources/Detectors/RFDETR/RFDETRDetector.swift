import Imaging
import Tensors

/// Finds objects in pictures with an RF-DETR or RF-DETR-Seg checkpoint. Immutable: one serves any number of pictures.
package struct RFDETRDetector: Sendable {
    package let model: RFDETRModel
    package let preparation: PicturePreparation

    /// Names of the classes, by their number.
    package var labels: [String] { model.configuration.labels }

    /// Maps the weights of a hub directory: `config.json`, `model.safetensors` or its shards, and `preprocessor_config.json`.
    /// - Parameter format: that the largest weights are rounded to; single precision leaves them as they are.
    /// - Throws: `CheckpointError` when anything is missing, left over, misshapen or not understood; `InputError` for weights that
    ///   cannot be had in that format.
    package init(directory: String, format: DataType = .f32) throws {
        let files = try RFDETRCheckpoint(directory: directory), configuration = files.configuration
        preparation = try PicturePreparation(directory: directory, configuration.backbone)
        try Self.check(configuration, side: preparation.side, file: directory + "/config.json")
        model = try RFDETRModel(
            model: files.model, heads: files.heads, segmentation: files.segmentation, configuration, side: preparation.side,
            format: format)
        try files.refuseLeftOver()
    }

    init(_ model: RFDETRModel, _ preparation: PicturePreparation) { (self.model, self.preparation) = (model, preparation) }

    /// The largest side of masks: the largest published is 192, and memory grows with its square.
    private static let largestMaskSide = 512

    /// - Throws: `CheckpointError` when the configuration does not fit pictures of this side.
    private static func check(_ configuration: RFDETRConfiguration, side: Int, file: String) throws {
        let grid = side / configuration.backbone.patchSize, queries = configuration.decoder.queries
        guard queries <= grid * grid else {
            throw CheckpointError(
                file: file, subject: "num_queries", found: "\(queries)",
                expected: "at most \(grid * grid), the patches of a picture of \(side) pixels")
        }
        let ratio = configuration.segmentation.downsampleRatio
        guard (1...largestMaskSide).contains(side / ratio) else {
            throw CheckpointError(
                file: file, subject: "mask_downsample_ratio", found: "\(ratio)",
                expected: "one that makes masks of 1 to \(largestMaskSide) pixels a side of pictures of \(side)")
        }
    }

    /// Objects in a picture with a score above the threshold, the best first.
    /// - Parameter threshold: 0 to 1.
    package func callAsFunction(_ image: RGBImage, threshold: Float = 0.5) -> [PictureDetection] {
        model(preparation(image)).detections(threshold: threshold, labels: labels, width: image.width, height: image.height)
    }
}
