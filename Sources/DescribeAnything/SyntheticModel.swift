import Foundation
import Tensors

/// Shapes of models that can be made in memory with random weights: for measuring time and memory without a checkpoint.
package enum SyntheticModel: String, CaseIterable, Sendable {
    /// `nvidia/DAM-3B-Video`, 3.5 billion parameters.
    case dam3B = "dam-3b"
    /// The same architecture, small enough to try a measurement out: 0.4 million parameters.
    case damTiny = "dam-tiny"

    /// What the checkpoint's files would say; keys that are missing have the published values.
    private var files: [String: String] {
        switch self {
        case .dam3B:
            [
                "vision_tower/config.json": """
                    {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
                     "image_size": 384, "patch_size": 14}
                    """,
                "context_provider/config.json": """
                    {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
                     "treat_image_as_cimage": true}
                    """,
                "llm/config.json": """
                    {"hidden_size": 2560, "intermediate_size": 6912, "num_hidden_layers": 32, "num_attention_heads": 20,
                     "vocab_size": 32000, "max_position_embeddings": 4096, "eos_token_id": []}
                    """,
            ]
        case .damTiny:
            [
                "vision_tower/config.json": """
                    {"hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 3, "num_attention_heads": 4,
                     "image_size": 70, "patch_size": 14}
                    """,
                "context_provider/config.json": """
                    {"hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 3, "num_attention_heads": 4,
                     "treat_image_as_cimage": true}
                    """,
                "llm/config.json": """
                    {"hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4,
                     "vocab_size": 1000, "max_position_embeddings": 4096, "eos_token_id": []}
                    """,
            ]
        }
    }

    /// - Throws: `CheckpointError` for a key this program does not understand.
    package func configuration() throws -> DescribeAnythingConfiguration {
        let files = files
        return try DescribeAnythingConfiguration { path in
            try ConfigurationFile(Data((files[path] ?? "{}").utf8), path: rawValue + "/" + path)
        }
    }
}

extension DescribeAnythingModel {
    /// A model of random weights, made in memory. Its answers mean nothing and never end by themselves.
    /// - Throws: `CheckpointError` when there is no memory for it.
    package init(_ synthetic: SyntheticModel, _ dataType: DataType, seed: UInt64 = 0) throws {
        let configuration = try synthetic.configuration()
        let texts = [Conversation.imageQuery, Conversation.videoQuery(frames: configuration.videoFrames)]
        let vocabulary = SyntheticVocabulary(
            size: configuration.language.vocabularySize, wordsOf: texts.map(Conversation.prompt))
        let tokenizer = LlamaTokenizer(
            try SentencePieceModel(vocabulary.file, path: synthetic.rawValue + "/llm/tokenizer.model"), LlamaTokenizerFiles())
        func weights(_ part: UInt64) -> Weights { SyntheticTensors(dataType, seed: seed &* 4 &+ part).weights }
        try self.init(
            directory: synthetic.rawValue, configuration: configuration, tokenizer: tokenizer, visionTower: weights(0),
            contextProvider: weights(1), projector: weights(2), llm: weights(3))
    }
}
