/// Kind of a model, which determines its loader.
package enum ModelKind: String, Sendable, CaseIterable {
    case describeAnything = "dam"
    case segmentAnything = "sam2"
    case rfDetr = "rf-detr"
    case onnx

    /// Text such as "a SAM 2 model".
    package var description: String {
        switch self {
        case .describeAnything: "a Describe Anything Model"
        case .segmentAnything: "a SAM 2 model"
        case .rfDetr: "a detector (RF-DETR)"
        case .onnx: "a detector (ONNX)"
        }
    }

    /// The command-line option for such a model.
    package var option: String {
        switch self {
        case .describeAnything: "--model"
        case .segmentAnything: "--sam"
        case .rfDetr, .onnx: "--detector"
        }
    }
}
