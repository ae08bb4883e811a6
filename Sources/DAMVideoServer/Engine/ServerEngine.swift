import DAMVideo
import ObjectTracking

/// The models of a server, loaded once for all its requests.
struct ServerEngine: Sendable {
    let engine: CaptionEngine
    /// SAM 2, which finds what points and boxes mean; nil for none.
    let segmentation: SegmentationModel?
    let detector: ObjectDetector?
    /// Name of the model in answers.
    let modelName: String
    /// Other names by which clients may call it.
    var modelAliases: [String] = []

    /// True for a name of the model.
    func isModel(_ name: String) -> Bool { name == modelName || modelAliases.contains(name) }
}
