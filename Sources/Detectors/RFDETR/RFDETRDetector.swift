import Imaging
import Tensors

/// A detector from an RF-DETR or RF-DETR-Seg checkpoint. Immutable, so one instance serves any number of images.
package struct RFDETRDetector: Sendable {
    package let model: RFDETRModel
    package let preparation: PicturePreparation

    /// Class names by number.
    package var labels: [String] { model.configuration.labels }

    /// Maps the weights of a hub directory: `config.json`, `model.safetensors` or its shards, and `preprocessor_config.json`.
    /// - Parameter format: storage type of the largest weights; single precision keeps their type.
    /// - Throws: `CheckpointError` if anything is missing, unused, of the wrong shape or unsupported; `InputError` for weights
    ///   that cannot be converted to that type.
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

    /// Upper bound on the side of masks, as memory grows with its square; the largest published is 192.
    private static let largestMaskSide = 512

    /// - Throws: `CheckpointError` if the configuration does not fit this input side.
    private static func check(_ configuration: RFDETRConfiguration, side: Int, file: String) throws {
        let grid = side / configuration.backbone.patchSize, queries = configuration.decoder.queries
        guard queries <= grid * grid else {
            throw CheckpointError(
                file: file, subject: "num_queries", found: "\(queries)",
                expected: "at most \(grid * grid), the patches of an input of \(side) pixels")
        }
        let ratio = configuration.segmentation.downsampleRatio
        guard (1...largestMaskSide).contains(side / ratio) else {
            throw CheckpointError(
                file: file, subject: "mask_downsample_ratio", found: "\(ratio)",
                expected: "a ratio that gives masks of 1 to \(largestMaskSide) pixels per side from inputs of \(side)")
        }
    }

    /// Objects in an image with a score above the threshold, best first.
    /// - Parameter threshold: 0 to 1.
    package func callAsFunction(_ image: RGBImage, threshold: Float = 0.5) -> [PictureDetection] {
        model(preparation(image)).detections(threshold: threshold, labels: labels, width: image.width, height: image.height)
    }
}
