import Tensors

/// The parts of an ONNX file that running it needs. Names are those of onnx.proto.
struct OnnxModel {
    let path: String
    /// Version of the default operator set.
    var opset = 0
    var graph = OnnxGraph()
    /// Notes of the exporter beside the graph: `names`, `stride`, `task` and the like.
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
    /// nil for a size the file leaves open.
    var shape: [Int?] = []
}

struct OnnxNode {
    var name = ""
    var operation = ""
    var domain = ""
    /// An empty name is an input that is left out.
    var inputs: [String] = []
    var outputs: [String] = []
    var attributes: [String: OnnxAttribute] = [:]
    /// Operations behind a convolution in the same pass.
    var function = PointFunction.identity
    /// The batch normalization that a convolution's weights take in.
    var normalization: OnnxNormalization?
    /// Name of the array that is added after `function`.
    var residual: String?

    /// Name in messages.
    var title: String { name.isEmpty ? "\(operation) of \(outputs.first ?? "nothing")" : "\(operation) \(name)" }

    func integer(_ name: String, _ fallback: Int) -> Int { attributes[name]?.integer ?? fallback }
    func float(_ name: String, _ fallback: Float) -> Float { attributes[name]?.float ?? fallback }
    func integers(_ name: String) -> [Int]? { attributes[name].map(\.integers) }
    func text(_ name: String, _ fallback: String) -> String { attributes[name]?.text ?? fallback }

    /// The name of input `index`; nil if it is left out.
    func input(_ index: Int) -> String? {
        inputs.indices.contains(index) && !inputs[index].isEmpty ? inputs[index] : nil
    }
}

/// An attribute, whichever of its fields are set.
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
