import Tensors

/// Configuration of the queries and of the decoder.
package struct DecoderConfiguration: Sendable {
    /// Width of queries and features, a multiple of 4.
    let width: Int
    let layers: Int
    let feedForwardWidth: Int
    let selfAttentionHeads: Int
    let crossAttentionHeads: Int
    /// Sampling points of each cross-attention head.
    let points: Int
    let activation: Activation
    let hasAttentionBias: Bool
    /// Upper bound on the objects per image.
    package let queries: Int
    /// Query groups in training; inference uses the first.
    let groups: Int

    init(_ file: ConfigurationFile) throws {
        let width = try file.integer("d_model", default: 256, in: 4...16_384)
        guard width % 4 == 0 else { throw file.error("d_model", found: "\(width)", expected: "a multiple of 4") }
        func heads(_ key: String, _ fallback: Int) throws -> Int {
            let heads = try file.integer(key, default: fallback, in: 1...1024)
            guard width % heads == 0 else { throw file.error(key, found: "\(heads)", expected: "a divisor of \(width)") }
            return heads
        }
        self.width = width
        layers = try file.integer("decoder_layers", default: 3, in: 1...64)
        feedForwardWidth = try file.integer("decoder_ffn_dim", default: 2048, in: 1...65_536)
        selfAttentionHeads = try heads("decoder_self_attention_heads", 8)
        crossAttentionHeads = try heads("decoder_cross_attention_heads", 16)
        points = try file.integer("decoder_n_points", default: 4, in: 1...64)
        activation = try file.activation("decoder_activation_function", default: .relu, among: [.relu, .silu, .gelu])
        hasAttentionBias = try file.flag("attention_bias", default: true)
        queries = try file.integer("num_queries", default: 300, in: 1...16_384)
        groups = try file.integer("group_detr", default: 13, in: 1...64)
    }
}
