import Tensors

/// `llm/config.json`.
package struct LlamaConfiguration: Sendable {
    package let hiddenSize: Int
    package let intermediateSize: Int
    package let hiddenLayers: Int
    package let attentionHeads: Int
    package let keyValueHeads: Int
    package let headSize: Int
    package let vocabularySize: Int
    /// Maximum sequence length, prompt and answer together.
    package let contextLength: Int
    package let rmsNormEps: Float
    package let ropeTheta: Double
    /// Divisor of positions (`rope_scaling` "linear").
    package let ropeFactor: Double
    package let tiesEmbeddings: Bool
    package let attentionBias: Bool
    package let mlpBias: Bool
    /// EOS token ids.
    package let eosTokens: Set<Int>

    package init(_ file: ConfigurationFile) throws {
        hiddenSize = try file.integer("hidden_size", default: 2560, in: 1...65536)
        intermediateSize = try file.integer("intermediate_size", default: 6912, in: 1...262_144)
        hiddenLayers = try file.integer("num_hidden_layers", default: 32, in: 1...1024)
        attentionHeads = try file.integer("num_attention_heads", default: 20, in: 1...1024)
        if file.present("head_dim") != nil {
            headSize = try file.integer("head_dim", in: 2...4096)
        } else {
            headSize = hiddenSize / (try file.heads("num_attention_heads", dividing: hiddenSize))
        }
        guard headSize % 2 == 0 else { throw file.error("head_dim", found: "\(headSize)", expected: "an even number") }
        if file.present("num_key_value_heads") != nil {
            keyValueHeads = try file.heads("num_key_value_heads", dividing: attentionHeads)
        } else {
            keyValueHeads = attentionHeads
        }
        vocabularySize = try file.integer("vocab_size", default: 32000, in: 1...16_777_216)
        contextLength = try file.integer("max_position_embeddings", default: 4096, in: 1...16_777_216)
        rmsNormEps = Float(try file.number("rms_norm_eps", default: 1e-5))
        ropeTheta = try file.number("rope_theta", default: 10000)
        ropeFactor = try Self.ropeFactor(file)
        tiesEmbeddings = try file.flag("tie_word_embeddings", default: false)
        attentionBias = try file.flag("attention_bias", default: false)
        mlpBias = try file.flag("mlp_bias", default: false)
        _ = try file.activation(default: .silu, among: [.silu])
        eosTokens = try Self.eosTokens(file)
    }

    private static func ropeFactor(_ file: ConfigurationFile) throws -> Double {
        guard let scaling = file.present("rope_scaling") else { return 1 }
        guard case .object(let object) = scaling else {
            throw file.error("rope_scaling", found: "\(scaling)", expected: "an object or null")
        }
        let kind = object["rope_type"] ?? object["type"] ?? .text("default")
        if kind == .text("default") { return 1 }
        guard kind == .text("linear"), case .number(let factor)? = object["factor"], factor > 0, factor.isFinite else {
            throw file.error("rope_scaling", found: "type \(kind)", expected: "type \"linear\" with a factor above 0")
        }
        return factor
    }

    private static func eosTokens(_ file: ConfigurationFile) throws -> Set<Int> {
        guard case .list(let list)? = file.present("eos_token_id") else {
            return [try file.integer("eos_token_id", default: 2, in: 0...16_777_216)]
        }
        return Set(try list.map {
            guard case .number(let number) = $0, let id = Int(exactly: number) else {
                throw file.error("eos_token_id", found: "\($0)", expected: "a token id")
            }
            return id
        })
    }
}
