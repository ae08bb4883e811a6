import LanguageModels
import Tensors

/// Shapes of models that can be filled with random weights, to measure time and memory without a checkpoint.
package enum SyntheticModel: String, CaseIterable, Sendable {
    /// `nvidia/DAM-3B-Video`, 3.5 billion parameters.
    case dam3B = "dam-3b"
    /// The same architecture with 0.4 million parameters, for quick tests.
    case damTiny = "dam-tiny"

    /// Configuration of the vision tower and the context provider.
    private var vision: [String: Int] {
        switch self {
        case .dam3B:
            [
                "hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
                "image_size": 384, "patch_size": 14,
            ]
        case .damTiny:
            [
                "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 3, "num_attention_heads": 4,
                "image_size": 70, "patch_size": 14,
            ]
        }
    }

    /// Configuration of the language model.
    private var language: [String: Int] {
        switch self {
        case .dam3B:
            [
                "hidden_size": 2560, "intermediate_size": 6912, "num_hidden_layers": 32, "num_attention_heads": 20,
                "vocab_size": 32000, "max_position_embeddings": 4096,
            ]
        case .damTiny:
            [
                "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4,
                "vocab_size": 1000, "max_position_embeddings": 4096,
            ]
        }
    }

    /// The configuration of such a checkpoint. Missing keys have the published values, except that there is no EOS token.
    /// - Throws: `CheckpointError` if a value is not supported.
    package func configuration() throws -> DescribeAnythingConfiguration {
        func numbers(_ values: [String: Int]) -> [String: JSONValue] { values.mapValues { .number(Double($0)) } }
        let files = [
            "vision_tower/config.json": numbers(vision),
            "context_provider/config.json": numbers(vision).merging(["treat_image_as_cimage": .flag(true)]) { $1 },
            "llm/config.json": numbers(language).merging(["eos_token_id": .list([])]) { $1 },
        ]
        return try DescribeAnythingConfiguration { path in
            ConfigurationFile(path: rawValue + "/" + path, values: files[path] ?? [:])
        }
    }
}

extension DescribeAnythingModel {
    /// Creates a model with random weights in memory. Its answers are meaningless and always run to the token limit.
    /// - Throws: `CheckpointError` if there is not enough memory.
    package init(_ synthetic: SyntheticModel, vision: DataType, language: DataType, seed: UInt64 = 0) throws {
        let configuration = try synthetic.configuration()
        let texts = [Conversation.imageQuery, Conversation.videoQuery(frames: configuration.videoFrames)]
        let vocabulary = SyntheticVocabulary(
            size: configuration.language.vocabularySize, wordsOf: texts.map(Conversation.prompt))
        let tokenizer = LlamaTokenizer(
            try SentencePieceModel(vocabulary.file, path: synthetic.rawValue + "/llm/tokenizer.model"), LlamaTokenizerFiles())
        func weights(_ part: UInt64, _ type: DataType) -> Weights { SyntheticTensors(type, seed: seed &* 4 &+ part).weights }
        try self.init(
            directory: synthetic.rawValue, configuration: configuration, tokenizer: tokenizer,
            visionTower: weights(0, vision), contextProvider: weights(1, vision), projector: weights(2, vision),
            llm: weights(3, language))
    }
}
