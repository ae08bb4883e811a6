import Tensors

/// The published sizes of RF-DETR and RF-DETR-Seg: the values in which their configurations differ. All have 91 classes, those
/// of COCO with its gaps. The first large one, with two feature levels, is not included. Source: `config.py` of the authors'
/// `rfdetr` package.
package enum RFDETRSize: String, CaseIterable, Sendable {
    case nano, small, medium, base, large
    case segNano = "seg-nano"
    case segSmall = "seg-small"
    case segMedium = "seg-medium"
    case segLarge = "seg-large"
    case segXLarge = "seg-xlarge"
    case seg2XLarge = "seg-2xlarge"

    /// The published name, without the owner.
    package var name: String { "rf-detr-" + rawValue }

    package var makesMasks: Bool { rawValue.hasPrefix("seg") }

    /// Side of the model's input, in pixels.
    package var side: Int {
        switch self {
        case .nano, .segSmall: 384
        case .small: 512
        case .medium: 576
        case .base: 560
        case .large: 704
        case .segNano: 312
        case .segMedium: 432
        case .segLarge: 504
        case .segXLarge: 624
        case .seg2XLarge: 768
        }
    }

    private var patchSize: Int { self == .base ? 14 : makesMasks ? 12 : 16 }

    private var windows: Int { self == .base ? 4 : self == .segNano ? 1 : 2 }

    private var decoderLayers: Int {
        switch self {
        case .nano: 2
        case .small, .base: 3
        case .medium, .large, .segNano, .segSmall: 4
        case .segMedium, .segLarge: 5
        case .segXLarge, .seg2XLarge: 6
        }
    }

    private var queries: Int {
        switch self {
        case .segNano, .segSmall: 100
        case .segMedium, .segLarge: 200
        default: 300
        }
    }

    /// Keys and values of a `config.json`; missing keys have the defaults.
    private var values: [String: JSONValue] {
        func number(_ value: Int) -> JSONValue { .number(Double(value)) }
        let outputs = self == .base ? [2, 5, 8, 11] : [3, 6, 9, 12]
        return [
            "model_type": .text("rf_detr"), "decoder_layers": number(decoderLayers), "num_queries": number(queries),
            "decoder_n_points": number(2), "num_labels": number(91),
            "architectures": .list([.text(makesMasks ? "RfDetrForInstanceSegmentation" : "RfDetrForObjectDetection")]),
            "backbone_config": .object([
                "hidden_size": number(384), "num_attention_heads": number(6), "patch_size": number(patchSize),
                "image_size": number(self == .base ? 518 : side), "num_windows": number(windows),
                "out_indices": .list(outputs.map(number)),
            ]),
        ]
    }

    /// - Throws: `CheckpointError` for an unsupported key.
    package func configuration() throws -> RFDETRConfiguration {
        try RFDETRConfiguration(ConfigurationFile(path: name, values: values))
    }
}

extension RFDETRModel {
    /// Creates a model of a published size with random weights in memory, to measure time and memory without a checkpoint.
    /// - Parameter format: storage type of the largest weights.
    /// - Throws: `CheckpointError` if there is not enough memory.
    package init(_ size: RFDETRSize, format: DataType, seed: UInt64 = 0) throws {
        let weights = SyntheticTensors(.f32, seed: seed).weights
        try self.init(
            model: weights["model"], heads: weights, segmentation: size.makesMasks ? weights["segmentation"] : nil,
            size.configuration(), side: size.side, format: format)
    }
}

extension RFDETRDetector {
    /// Creates a detector of a published size with random weights.
    /// - Throws: `CheckpointError` if there is not enough memory.
    package init(_ size: RFDETRSize, format: DataType) throws {
        self.init(try RFDETRModel(size, format: format), PicturePreparation(side: size.side))
    }
}
