import DAMVideo
import Foundation

/// The list of models in OpenAI's format, with the fields of vLLM and llama.cpp for context length and image input.
struct ModelList: Encodable {
    let object = "list"
    let data: [Entry]

    struct Entry: Encodable {
        struct Architecture: Encodable {
            let inputs = ["text", "image"], outputs = ["text"]

            private enum CodingKeys: String, CodingKey {
                case inputs = "input_modalities"
                case outputs = "output_modalities"
            }
        }

        struct Meta: Encodable {
            let contextLength: Int

            private enum CodingKeys: String, CodingKey { case contextLength = "n_ctx" }
        }

        let id: String
        let object = "model"
        /// Seconds since 1970.
        let created: Int
        let ownedBy = "damvideo"
        let maxModelLen: Int
        let aliases: [String]
        let architecture = Architecture()
        let meta: Meta

        enum CodingKeys: String, CodingKey {
            case id, object, created, aliases, architecture, meta
            case ownedBy = "owned_by"
            case maxModelLen = "max_model_len"
        }

        init(_ engine: ServerEngine, created: Int) {
            (id, aliases, self.created) = (engine.modelName, engine.modelAliases, created)
            maxModelLen = engine.contextLength
            meta = Meta(contextLength: engine.contextLength)
        }
    }
}

extension ServerEngine {
    /// Upper bound on the tokens of a prompt and its answer.
    var contextLength: Int { engine.model.model.configuration.language.contextLength }
}
