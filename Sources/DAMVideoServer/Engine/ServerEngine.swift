import DAMVideo
import ObjectTracking

/// The models that a server has loaded.
struct ServerEngine: Sendable {
    let engine: CaptionEngine
    /// SAM 2; nil for none.
    let segmentation: SegmentationModel?
    let detector: ObjectDetector?
    /// The captioning model as clients call it.
    let modelName: String
}
