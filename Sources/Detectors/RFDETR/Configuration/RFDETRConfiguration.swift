import Tensors

/// The `config.json` of an RF-DETR or RF-DETR-Seg checkpoint. Missing keys have transformers' defaults.
package struct RFDETRConfiguration: Sendable {
    package let backbone: WindowedEncoderConfiguration
    let projector: ProjectorConfiguration
    package let decoder: DecoderConfiguration
    let segmentation: SegmentationHeadConfiguration
    /// Class names by number.
    package let labels: [String]
    /// True if the configuration says that the model predicts masks; otherwise the tensors may show it.
    let namesMasks: Bool

    /// Width of the queries and of the projected features.
    package var width: Int { decoder.width }

    /// - Throws: `CheckpointError` if the file is missing or not JSON, or a value is impossible or unsupported.
    package init(directory: String) throws {
        try self.init(ConfigurationFile(path: directory + "/config.json"))
    }

    init(_ file: ConfigurationFile) throws {
        try file.require("model_type", default: "rf_detr", among: ["rf_detr"])
        let levels = try file.integer("num_feature_levels", default: 1, in: 0...64)
        guard levels == 1 else { throw file.error("num_feature_levels", found: "\(levels)", expected: "1") }
        backbone = try WindowedEncoderConfiguration(file)
        decoder = try DecoderConfiguration(file)
        projector = try ProjectorConfiguration(file, width: decoder.width)
        segmentation = try SegmentationHeadConfiguration(file)
        labels = try Self.labels(file)
        namesMasks = file.present("architectures") == .list([.text("RfDetrForInstanceSegmentation")])
    }

    /// True for a directory whose `config.json` names this model.
    static func isThere(_ directory: String) -> Bool {
        guard let file = try? ConfigurationFile(path: directory + "/config.json") else { return false }
        return file.present("model_type") == .text("rf_detr")
    }

    /// Upper bound on the number of classes.
    private static let mostLabels = 65_536

    /// `id2label` in the order of its numbers, or `num_labels` unnamed classes. A checkpoint has as many classes as the table
    /// has entries, whatever their numbers.
    private static func labels(_ file: ConfigurationFile) throws -> [String] {
        guard let table = file.present("id2label") else {
            return (0..<(try file.integer("num_labels", default: 2, in: 1...mostLabels))).map { "LABEL_\($0)" }
        }
        guard case .object(let entries) = table, (1...mostLabels).contains(entries.count) else {
            throw file.error("id2label", found: "\(table)", expected: "an object of 1 to \(mostLabels) names by number")
        }
        return try (0..<entries.count).map { number in
            switch entries["\(number)"] {
            case .text(let name)?: name
            case .none: "LABEL_\(number)"
            case let other?: throw file.error("id2label.\(number)", found: "\(other)", expected: "a text")
            }
        }
    }
}

/// Configuration of the convolutions between backbone and decoder.
struct ProjectorConfiguration: Sendable {
    let width: Int
    /// Channels of the inner convolutions.
    let hiddenChannels: Int
    let blocks: Int
    let activation: Activation
    let layerNormEps: Float

    init(_ file: ConfigurationFile, width: Int) throws {
        self.width = width
        let expansion = try file.number("hidden_expansion", default: 0.5)
        guard (1...65_536).contains(Double(width) * expansion) else {
            throw file.error("hidden_expansion", found: "\(expansion)", expected: "1 to 65536 channels of a width of \(width)")
        }
        hiddenChannels = Int(Double(width) * expansion)
        blocks = try file.integer("c2f_num_blocks", default: 3, in: 0...64)
        activation = try file.activation("activation_function", default: .silu, among: [.silu, .relu, .gelu])
        layerNormEps = Float(try file.number("layer_norm_eps", default: 1e-5))
    }
}

/// Configuration of the mask head.
struct SegmentationHeadConfiguration: Sendable {
    /// Input pixels per mask pixel, in each direction.
    let downsampleRatio: Int
    let intermediateSize: Int
    let activation: Activation

    init(_ file: ConfigurationFile) throws {
        downsampleRatio = try file.integer("mask_downsample_ratio", default: 4, in: 1...4096)
        intermediateSize = try file.integer("intermediate_size", default: 1024, in: 1...65_536)
        activation = try file.activation(
            "segmentation_head_activation_function", default: .gelu, among: [.gelu, .silu, .relu])
    }
}
