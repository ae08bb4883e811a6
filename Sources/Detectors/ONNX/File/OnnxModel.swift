import Tensors

/// Contents of an ONNX file, as far as execution needs them. Names are those of onnx.proto.
struct OnnxModel {
    let path: String
    /// Version of the default opset.
    var opset = 0
    var graph = OnnxGraph()
    /// Exporter metadata: `names`, `stride`, `task` and the like.
    var metadata: [String: String] = [:]
}

struct OnnxGraph {
    var nodes: [OnnxNode] = []
    var initializers: [String: OnnxTensor] = [:]
    var inputs: [OnnxPort] = []
    var outputs: [OnnxPort] = []
}

/// An input or output of the graph.
struct OnnxPort {
    var name = ""
    var type = 0
    /// nil for a dynamic size.
    var shape: [Int?] = []
}

struct OnnxNode {
    var name = ""
    var operation = ""
    var domain = ""
    /// An empty name is an omitted input.
    var inputs: [String] = []
    var outputs: [String] = []
    var attributes: [String: OnnxAttribute] = [:]
    /// Activation fused into a convolution.
    var function = PointFunction.identity
    /// Batch normalization folded into a convolution's weights.
    var normalization: OnnxNormalization?
    /// Name of the array that is added after `function`.
    var residual: String?

    /// Name in errors.
    var title: String { name.isEmpty ? "\(operation) of \(outputs.first ?? "nothing")" : "\(operation) \(name)" }

    func integer(_ name: String, _ fallback: Int) -> Int { attributes[name]?.integer ?? fallback }
    func float(_ name: String, _ fallback: Float) -> Float { attributes[name]?.float ?? fallback }
    func integers(_ name: String) -> [Int]? { attributes[name].map(\.integers) }
    func text(_ name: String, _ fallback: String) -> String { attributes[name]?.text ?? fallback }

    /// The name of input `index`; nil if omitted.
    func input(_ index: Int) -> String? {
        inputs.indices.contains(index) && !inputs[index].isEmpty ? inputs[index] : nil
    }
}

/// An attribute with all of its possible fields.
struct OnnxAttribute {
    var float: Float?
    var integer: Int?
    var text: String?
    var tensor: OnnxTensor?
    var floats: [Float] = []
    var integers: [Int] = []
}

/// Names of the constants of a batch normalization.
struct OnnxNormalization {
    /// Scale, bias, mean and variance.
    let inputs: [String]
    let epsilon: Float
}
