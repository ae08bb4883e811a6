/// Kind of a model, by the loader that reads it.
package enum ModelKind: String, Sendable, CaseIterable {
    case describeAnything = "dam"
    case segmentAnything = "sam2"
    case rfDetr = "rf-detr"
    case onnx

    /// Such as "a SAM 2 model".
    package var description: String {
        switch self {
        case .describeAnything: "a Describe Anything Model"
        case .segmentAnything: "a SAM 2 model"
        case .rfDetr: "a detector (RF-DETR)"
        case .onnx: "a detector (ONNX)"
        }
    }

    /// The option that takes such a model.
    package var option: String {
        switch self {
        case .describeAnything: "--model"
        case .segmentAnything: "--sam"
        case .rfDetr, .onnx: "--detector"
        }
    }
}
