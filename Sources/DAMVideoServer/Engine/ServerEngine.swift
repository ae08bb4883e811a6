import DAMVideo
import ObjectTracking

/// The server's models, loaded once for all requests.
struct ServerEngine: Sendable {
    let engine: CaptionEngine
    /// SAM 2, for points and boxes; nil for none.
    let segmentation: SegmentationModel?
    let detector: ObjectDetector?
    /// Name of the model for clients.
    let modelName: String
}
