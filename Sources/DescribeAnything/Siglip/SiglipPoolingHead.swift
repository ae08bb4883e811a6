import Tensors

/// SigLIP's attention pooling: a learned query attends to all patches; keys `vision_model.head.*`. Source: Lee et al., Set
/// Transformer, arXiv 1810.00825, as used in SigLIP.
struct SiglipPoolingHead: Sendable {
    /// `[1, width]`.
    let probe: Tensor
    let query: Linear
    let key: Linear
    let value: Linear
    let outProj: Linear
    let layernorm: LayerNorm
    let mlp: SiglipMLP
    let heads: Int

    init(_ weights: Weights, _ configuration: SiglipConfiguration) throws {
        let width = configuration.hiddenSize, attention = weights["attention"]
        probe = try weights["probe"].tensor([1, 1, width]).reshaped([1, width])
        // The file stores the three projections as one matrix.
        let stacked = try attention["in_proj_weight"].tensor([3 * width, width])
        let biases = try attention["in_proj_bias"].tensor([3 * width]).reshaped([3, width])
        let parts = (0..<3).map { part in
            Linear(weight: stacked.rows(part * width..<(part + 1) * width), bias: biases.rows(part..<part + 1).reshaped([width]))
        }
        (query, key, value) = (parts[0], parts[1], parts[2])
        outProj = try Linear(attention["out_proj"], inputs: width, outputs: width)
        layernorm = try LayerNorm(weights["layernorm"], width: width, epsilon: configuration.layerNormEps)
        mlp = try SiglipMLP(weights["mlp"], width: width, inner: configuration.intermediateSize, activation: configuration.activation)
        heads = configuration.attentionHeads
    }

    /// `[tokens, width] -> [1, width]`.
    func callAsFunction(_ hidden: Tensor) -> Tensor {
        let context = [KeyValueRows(keys: key(hidden), values: value(hidden))]
        let pooled = outProj(attention(query: query(probe), context: context, heads: heads, keyValueHeads: heads))
        return pooled + mlp(layernorm(pooled))
    }
}
