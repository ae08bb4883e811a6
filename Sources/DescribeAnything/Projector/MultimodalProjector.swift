import Tensors

/// The kind of projector from vision features to image tokens: `mm_projector_type`.
package enum ProjectorKind: Sendable, Equatable {
    case identity
    case linear
    /// `depth` linear layers with GELU between.
    case mlp(depth: Int)
    /// Concatenates blocks of 2 x 2 tokens, then LayerNorm and two linear layers with GELU between.
    case mlpDownsample

    init(_ file: ConfigurationFile, tokens: Int, from visionWidth: Int, to languageWidth: Int) throws {
        let name = try file.text("mm_projector_type", default: "mlp_downsample")
        func mismatch(_ found: String, _ expected: String) -> CheckpointError {
            file.error("mm_projector_type", found: found, expected: expected)
        }
        switch name {
        case "identity":
            guard visionWidth == languageWidth else {
                throw mismatch("identity from \(visionWidth) to \(languageWidth)", "equal widths")
            }
            self = .identity
        case "linear":
            self = .linear
        case "mlp_downsample":
            let side = Int(Double(tokens).squareRoot())
            guard side * side == tokens else { throw mismatch("mlp_downsample on \(tokens) tokens", "a square number of tokens") }
            self = .mlpDownsample
        default:
            guard name.hasPrefix("mlp"), name.hasSuffix("x_gelu"),
                let depth = Int(name.dropFirst(3).dropLast(6)), (1...64).contains(depth)
            else {
                throw mismatch("\"\(name)\"", "\"mlp_downsample\", \"mlpNx_gelu\", \"linear\" or \"identity\"")
            }
            self = .mlp(depth: depth)
        }
    }
}

/// The projector from vision features to the language model's image tokens: `mm_projector`. Source: VILA, arXiv 2312.07533
/// (downsampling projector).
struct MultimodalProjector: Sendable {
    let kind: ProjectorKind
    let norm: LayerNorm?
    let layers: [Linear]

    /// - Parameter weights: the root of the folder's tensors; nil for the identity, which has no weights.
    init(_ weights: Weights?, _ configuration: DescribeAnythingConfiguration) throws {
        let visionWidth = configuration.vision.hiddenSize, languageWidth = configuration.language.hiddenSize
        kind = configuration.projector
        guard let sequence = weights?["layers"] else {
            (norm, layers) = (nil, [])
            return
        }
        switch kind {
        case .identity:
            (norm, layers) = (nil, [])
        case .linear:
            (norm, layers) = (nil, [try Linear(sequence, inputs: visionWidth, outputs: languageWidth)])
        case .mlp(let depth):
            norm = nil
            layers = try (0..<depth).map {
                try Linear(sequence[2 * $0], inputs: $0 == 0 ? visionWidth : languageWidth, outputs: languageWidth)
            }
        case .mlpDownsample:
            norm = try LayerNorm(sequence[1], width: 4 * visionWidth, epsilon: 1e-5)
            layers = [
                try Linear(sequence[2], inputs: 4 * visionWidth, outputs: languageWidth),
                try Linear(sequence[4], inputs: languageWidth, outputs: languageWidth),
            ]
        }
    }

    /// `[tokens, vision width] -> [image tokens, language width]`.
    func callAsFunction(_ features: Tensor) -> Tensor {
        var hidden = features
        if let norm { hidden = norm(downsampled(features)) }
        for (index, layer) in layers.enumerated() {
            hidden = layer(index == 0 ? hidden : Activation.gelu(hidden))
        }
        return hidden
    }

    /// Concatenates blocks of 2 x 2 tokens of a grid of side g: `[g^2, width] -> [ceil(g/2)^2, 4 width]`. An odd grid is padded
    /// by a zero row and column. Blocks are in column-major order: block (r, c) is token `c * ceil(g/2) + r`.
    private func downsampled(_ features: Tensor) -> Tensor {
        let width = features.width
        let side = Int(Double(features.rows).squareRoot()), blocks = (side + 1) / 2
        return Tensor([blocks * blocks, 4 * width]) { output in
            output.update(repeating: 0)
            features.withValues { input in
                for source in 0..<side * side {
                    let (row, column) = source.quotientAndRemainder(dividingBy: side)
                    let token = column / 2 * blocks + row / 2, quarter = row % 2 * 2 + column % 2
                    _ = output[((token * 4 + quarter) * width)...]
                        .update(fromContentsOf: input[source * width..<(source + 1) * width])
                }
            }
        }
    }
}
