import Tensors

/// Multi-head attention that may be narrower internally than its input. Source: SAM, arXiv 2304.02643, appendix A.
struct DecoderAttention: Sendable {
    let qProj: Linear
    let kProj: Linear
    let vProj: Linear
    let oProj: Linear
    let heads: Int

    init(_ weights: Weights, _ configuration: MaskDecoderConfiguration, downsampleRate: Int) throws {
        let width = configuration.hiddenSize, inner = width / downsampleRate
        qProj = try Linear(weights["q_proj"], inputs: width, outputs: inner)
        kProj = try Linear(weights["k_proj"], inputs: width, outputs: inner)
        vProj = try Linear(weights["v_proj"], inputs: width, outputs: inner)
        oProj = try Linear(weights["o_proj"], inputs: inner, outputs: width)
        heads = configuration.attentionHeads
    }

    /// `[queries, hidden] -> [queries, hidden]`, plus `residual`; keys and values `[rows, hidden]`.
    func callAsFunction(query: Tensor, key: Tensor, value: Tensor, residual: Tensor? = nil) -> Tensor {
        let attended = attention(
            query: qProj(query), context: [KeyValueRows(keys: kProj(key), values: vProj(value))],
            heads: heads, keyValueHeads: heads)
        return oProj(attended, residual: residual)
    }
}
