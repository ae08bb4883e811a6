import DAMVideo
import ObjectTracking

/// The models of a server, loaded once for all its requests.
struct ServerEngine: Sendable {
    let engine: CaptionEngine
    /// SAM 2, which finds what points and boxes mean; nil for none.
    let segmentation: SegmentationModel?
    let detector: ObjectDetector?
    /// Name by which clients call the model.
    let modelName: String
}
