import Imaging
import Tensors

/// Facts about a detector's files, collected without running it. A model that cannot be used is described as far as its files
/// can be read.
package struct DetectorInspection: Encodable, Sendable {
    /// A named value, as text.
    package struct Entry: Encodable, Sendable {
        package let name: String
        package let value: String
    }

    /// The file or directory, as given.
    package let path: String
    /// Facts that determine the computation, in order.
    package private(set) var configuration: [Entry] = []
    /// Class names by number; empty if the model cannot be used.
    package private(set) var labels: [String] = []
    /// Node counts by operator; nil for RF-DETR, which is not a graph.
    package private(set) var operators: [String: Int]?
    /// Opset version; nil for RF-DETR.
    package private(set) var operatorSet: Int?
    package let tensors: Int
    package let parameters: Int
    package let bytes: Int
    /// Parameter counts by type, such as "F16".
    package let dataTypes: [String: Int]
    /// 10^9 operations per image, a multiply-add counting as two; nil if the model cannot be used.
    package private(set) var gigaops: Double?
    /// Reasons that the model cannot be used, one line each.
    package private(set) var problems: [String] = []

    private enum CodingKeys: String, CodingKey {
        case path, configuration, labels, operators, tensors, parameters, bytes, problems
        case operatorSet = "operator_set"
        case dataTypes = "data_types"
        case gigaops = "gflop"
    }

    /// - Throws: `CheckpointError` if the files cannot be read at all.
    package init(_ path: String) throws {
        if path.hasSuffix(".onnx") {
            try self.init(onnx: path)
        } else {
            try self.init(directory: path)
        }
    }

    private init(onnx path: String) throws {
        let model = try OnnxModelReader.read(path), weights = model.graph.initializers.values
        self.path = path
        let sizes = weights.map { tensor in
            (type: OnnxTensor.DataType(rawValue: tensor.dataType), count: tensor.shape.checkedProduct() ?? 0)
        }
        tensors = sizes.count
        parameters = sizes.reduce(0) { $0 + $1.count }
        bytes = sizes.reduce(0) { $0 + $1.count * ($1.type?.byteCount ?? 0) }
        dataTypes = Dictionary(sizes.map { ($0.type.map { "\($0)" } ?? "unknown", $0.count) }, uniquingKeysWith: +)
        operatorSet = model.opset
        operators = Dictionary(model.graph.nodes.map { ($0.operation, 1) }, uniquingKeysWith: +)
        tell { path in
            let detector = try OnnxDetector(path: path)
            return (detector, [Entry(name: "family", value: detector.family.rawValue), Self.picture(detector, detector.preparation)])
        }
    }

    private init(directory path: String) throws {
        let configuration = try RFDETRConfiguration(directory: path), checkpoint = try Checkpoint(directory: path)
        self.path = path
        let sizes = checkpoint.sizes
        tensors = checkpoint.tensorCount
        parameters = sizes.values.reduce(0) { $0 + $1.parameters }
        bytes = sizes.values.reduce(0) { $0 + $1.bytes }
        dataTypes = Dictionary(uniqueKeysWithValues: sizes.map { ($0.rawValue, $1.parameters) })
        tell { path in
            let detector = try RFDETRDetector(directory: path)
            return (detector, [
                Entry(name: "family", value: detector.hasMasks ? "RF-DETR-Seg" : "RF-DETR"), Self.picture(detector, "stretched, RGB"),
            ])
        }
        let backbone = configuration.backbone, decoder = configuration.decoder
        self.configuration += [
            Entry(
                name: "backbone", value: "DINOv2, \(backbone.usedLayers) layers of \(backbone.hiddenSize), "
                    + "patches of \(backbone.patchSize), \(backbone.windows)x\(backbone.windows) windows"),
            Entry(name: "decoder", value: "\(decoder.layers) layers of \(decoder.width), \(decoder.queries) queries"),
        ]
    }

    private static func picture(_ detector: any PictureDetector, _ preparation: String) -> Entry {
        Entry(name: "picture", value: "\(detector.inputSize), \(preparation)")
    }

    /// Adds the facts of a usable model, or the reason that it cannot be used.
    private mutating func tell(_ open: (String) throws -> (any PictureDetector, [Entry])) {
        do {
            let (detector, entries) = try open(path)
            configuration = entries + [Entry(name: "masks", value: detector.hasMasks ? "yes" : "no")]
            labels = detector.labels
            gigaops = detector.cost.operations / 1e9
        } catch {
            problems = ["\(error)"]
        }
    }
}
