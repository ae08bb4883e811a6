import DAMVideo
import ObjectTracking

/// The server's models, loaded once for all requests.
struct ServerEngine: Sendable {
    let engine: CaptionEngine
    /// SAM 2, for points and boxes; nil for none.
    let segmentation: SegmentationModel?
    let detector: ObjectDetector?
    /// Name of the model in answers.
    let modelName: String
    /// Other names by which clients may call it.
    var modelAliases: [String] = []

    /// True for a name of the model.
    func isModel(_ name: String) -> Bool { name == modelName || modelAliases.contains(name) }
}
