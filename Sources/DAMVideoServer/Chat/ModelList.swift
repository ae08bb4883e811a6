import DAMVideo
import Foundation

/// The model as clients are told of it: OpenAI's list, with what vLLM and llama.cpp add of the context and of pictures.
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
    /// Tokens of a prompt and its answer at most.
    var contextLength: Int { engine.model.model.configuration.language.contextLength }
}
