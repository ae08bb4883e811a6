import Tensors

/// SigLIP's text transformer: token ids in, one vector out. Texts are padded to the length used in training, and no position is
/// masked. Source: SigLIP, arXiv 2303.15343; keys `text_model.*`.
struct SiglipTextModel: Sendable {
    let tokenEmbedding: Embedding
    /// `[length, width]`.
    let positionEmbedding: Tensor
    let layers: [SiglipEncoderLayer]
    let finalLayerNorm: LayerNorm
    let head: Linear
    /// Number of tokens of every text, padding included.
    let length: Int

    /// - Parameter weights: the scope `text_model`.
    init(_ weights: Weights, _ configuration: SiglipTextConfiguration) throws {
        let layers = configuration.layers, embeddings = weights["embeddings"]
        length = configuration.length
        tokenEmbedding = try Embedding(embeddings["token_embedding"], count: configuration.vocabularySize, width: layers.hiddenSize)
        positionEmbedding = try embeddings["position_embedding"]["weight"].tensor([length, layers.hiddenSize])
        self.layers = try (0..<layers.hiddenLayers).map { try SiglipEncoderLayer(weights["encoder"]["layers"][$0], layers) }
        finalLayerNorm = try LayerNorm(weights["final_layer_norm"], width: layers.hiddenSize, epsilon: layers.layerNormEps)
        head = try Linear(weights["head"], inputs: layers.hiddenSize, outputs: configuration.outputSize)
    }

    /// - Parameter tokens: exactly `length` ids.
    /// - Returns: `[1, output width]`, from the last position.
    func callAsFunction(_ tokens: [Int]) -> Tensor {
        precondition(tokens.count == length, "SiglipTextModel: \(tokens.count) tokens")
        var hidden = tokenEmbedding(tokens) + positionEmbedding
        for layer in layers { hidden = layer(hidden) }
        return head(finalLayerNorm(hidden.rows(length - 1..<length)))
    }
}

/// Configuration of the text tower: `text_config` of `config.json`. Defaults are those of so400m.
struct SiglipTextConfiguration: Sendable {
    let layers: SiglipConfiguration
    let vocabularySize: Int
    let length: Int
    let outputSize: Int

    init(_ file: ConfigurationFile) throws {
        layers = try SiglipConfiguration(file)
        vocabularySize = try file.integer("vocab_size", default: 32000, in: 1...1_000_000)
        length = try file.integer("max_position_embeddings", default: 64, in: 2...4096)
        outputSize = try file.integer("projection_size", default: layers.hiddenSize, in: 1...65536)
    }
}
