import Tensors

/// `backbone_config`: DINOv2 with window attention.
package struct WindowedEncoderConfiguration: Sendable {
    package let hiddenSize: Int
    let layers: Int
    let heads: Int
    let mlpWidth: Int
    let activation: Activation
    let layerNormEps: Float
    /// Input side of the stored position table, in pixels.
    package let imageSize: Int
    package let patchSize: Int
    let hasQKVBias: Bool
    let hasMaskToken: Bool
    let normalisesOutputs: Bool
    /// Windows in each direction.
    package let windows: Int
    /// Indices of the hidden states whose maps the projector reads, ascending: 0 is the embeddings, N the result of layer N.
    package let outputs: [Int]
    /// Layers with window attention, counted from 0.
    package let windowedLayers: Set<Int>

    /// Number of layers up to the last one with a map.
    var usedLayers: Int { outputs.last ?? 0 }

    /// - Parameter root: the file with `backbone_config`; defaults are those of the published base size.
    init(_ root: ConfigurationFile) throws {
        let file = try root.object("backbone_config"), isAbsent = root.present("backbone_config") == nil
        try file.require("model_type", default: "rf_detr_dinov2", among: ["rf_detr_dinov2"])
        hiddenSize = try file.integer("hidden_size", default: isAbsent ? 384 : 768, in: 1...16_384)
        layers = try file.integer("num_hidden_layers", default: 12, in: 1...256)
        heads = try file.integer("num_attention_heads", default: isAbsent ? 6 : 12, in: 1...1024)
        guard hiddenSize % heads == 0 else {
            throw file.error("num_attention_heads", found: "\(heads)", expected: "a divisor of \(hiddenSize)")
        }
        mlpWidth = hiddenSize * (try file.integer("mlp_ratio", default: 4, in: 1...64))
        activation = try file.activation(default: .gelu, among: Activation.allCases)
        layerNormEps = Float(try file.number("layer_norm_eps", default: 1e-6))
        imageSize = try file.side("image_size", default: isAbsent ? 518 : 224, in: 1...8192)
        patchSize = try file.side("patch_size", default: 14, in: 1...256)
        guard imageSize >= patchSize else {
            throw file.error("patch_size", found: "\(patchSize)", expected: "at most image_size, \(imageSize)")
        }
        hasQKVBias = try file.flag("qkv_bias", default: true)
        hasMaskToken = try file.flag("use_mask_token", default: true)
        normalisesOutputs = try file.flag("apply_layernorm", default: true)
        windows = try file.integer("num_windows", default: 4, in: 1...64)
        outputs = try Self.outputs(file, layers: layers, fallback: isAbsent ? [2, 5, 8, 11] : [layers])
        let others = (0...(outputs.last ?? 0)).filter { [outputs] in !outputs.contains($0) }
        windowedLayers = Set(try file.integers("window_block_indexes", default: others, in: 0...256))
        try Self.refuseOthers(file)
    }

    /// Indices of the maps, from `out_indices` or from the names in `out_features`.
    private static func outputs(_ file: ConfigurationFile, layers: Int, fallback: [Int]) throws -> [Int] {
        let numbers: [Int], key: String
        if file.present("out_indices") == nil, let names = file.present("out_features") {
            key = "out_features"
            let known = ["stem"] + (1...layers).map { "stage\($0)" }
            guard case .list(let list) = names else { throw file.error(key, found: "\(names)", expected: "a list of names") }
            numbers = try list.map { name in
                guard case .text(let text) = name, let number = known.firstIndex(of: text) else {
                    throw file.error(key, found: "\(name)", expected: "\"stem\" or \"stage1\" to \"stage\(layers)\"")
                }
                return number
            }
        } else {
            key = "out_indices"
            // Negative indices count from the end, as in Python.
            numbers = try file.integers(key, default: fallback, in: -layers - 1...layers).map { $0 < 0 ? $0 + layers + 1 : $0 }
        }
        guard !numbers.isEmpty, zip(numbers, numbers.dropFirst()).allSatisfy(<) else {
            throw file.error(key, found: "\(numbers)", expected: "ascending numbers of states, at least one")
        }
        return numbers
    }

    /// - Throws: `CheckpointError` for options that no published size uses and that are not implemented.
    private static func refuseOthers(_ file: ConfigurationFile) throws {
        let channels = try file.integer("num_channels", default: 3, in: 0...1024)
        guard channels == 3 else { throw file.error("num_channels", found: "\(channels)", expected: "3") }
        guard try !file.flag("use_swiglu_ffn", default: false) else {
            throw file.error("use_swiglu_ffn", found: "true", expected: "false")
        }
        guard try file.flag("reshape_hidden_states", default: true) else {
            throw file.error("reshape_hidden_states", found: "false", expected: "true")
        }
    }
}
