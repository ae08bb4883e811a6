import Tensors

/// The published sizes of SAM 2 and SAM 2.1: the values in which their configurations differ. Source: the authors'
/// `sam2_hiera_{t,s,b+,l}.yaml` and `sam2.1_hiera_{t,s,b+,l}.yaml`.
package enum PublishedSize: String, CaseIterable, Sendable {
    case tiny, small
    case basePlus = "base-plus"
    case large

    var blocks: [Int] {
        switch self {
        case .tiny: [1, 2, 7, 2]
        case .small: [1, 2, 11, 2]
        case .basePlus: [2, 3, 16, 3]
        case .large: [2, 6, 36, 4]
        }
    }

    /// Width of each stage, twice that of the one before.
    var widths: [Int] { doubling(self == .large ? 144 : self == .basePlus ? 112 : 96) }

    private var heads: [Int] { doubling(self == .large || self == .basePlus ? 2 : 1) }

    private func doubling(_ first: Int) -> [Int] { blocks.indices.map { first << $0 } }

    private var globalBlocks: [Int] {
        switch self {
        case .tiny: [5, 7, 9]
        case .small: [7, 10, 13]
        case .basePlus: [12, 16, 20]
        case .large: [23, 33, 43]
        }
    }

    /// Keys and values of a `config.json` in the hub's layout; missing keys have the defaults.
    var values: [String: JSONValue] {
        let positions = self == .basePlus ? 14 : 7
        return [
            "model_type": .text("sam2_video"),
            "vision_config": .object([
                "backbone_channel_list": numbers(widths.reversed()),
                "backbone_config": .object([
                    "hidden_size": .number(Double(widths[0])), "blocks_per_stage": numbers(blocks),
                    "embed_dim_per_stage": numbers(widths), "num_attention_heads_per_stage": numbers(heads),
                    "window_size_per_stage": numbers(self == .large ? [8, 4, 16, 8] : [8, 4, 14, 7]),
                    "global_attention_blocks": numbers(globalBlocks),
                    "window_positional_embedding_background_size": numbers([positions, positions]),
                ]),
            ]),
        ]
    }

    private func numbers(_ values: [Int]) -> JSONValue { .list(values.map { .number(Double($0)) }) }
}
