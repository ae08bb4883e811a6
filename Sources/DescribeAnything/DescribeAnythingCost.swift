import Imaging
import Tensors

/// Lower bounds on the operations and memory traffic of the Describe Anything Model's stages, computed from its configuration.
package struct DescribeAnythingCost {
    package let configuration: DescribeAnythingConfiguration
    /// Storage type of the weights of the vision tower, context provider and projector.
    package let vision: DataType
    /// Storage type of the language model's weights.
    package let language: DataType

    package init(configuration: DescribeAnythingConfiguration, vision: DataType, language: DataType) {
        self.configuration = configuration
        self.vision = vision
        self.language = language
    }

    /// Cropping and resizing one frame: reads four channels of the image and of the region, writes eight.
    package func preprocessing(width: Int, height: Int, region: BoundingBox) -> ComputeCost {
        let read = 4 * (width * height + region.width * region.height)
        return ComputeCost(bytes: Double(read + 8 * configuration.imageSize * configuration.imageSize * DataType.f32.byteCount))
    }

    /// One view through the vision tower, up to the selected hidden state.
    package var view: ComputeCost {
        let tower = configuration.vision, width = tower.hiddenSize
        // RGB and the mask.
        let patches = ComputeCost.linear(grid, from: 4 * tower.patchSize * tower.patchSize, to: width, vision)
        return patches + (attention(width: width, keys: grid) + mlp(width, tower.intermediateSize)) * configuration.visionLayers
    }

    /// The region's view through the vision tower and the context provider.
    package var viewWithContext: ComputeCost {
        let provider = configuration.contextProvider, width = provider.hiddenSize
        let layer = attention(width: width, keys: configuration.visionTokens) + mlp(width, provider.intermediateSize)
        return view + layer * configuration.visionLayers
    }

    /// Projection of one frame's features to image tokens.
    package var projector: ComputeCost {
        let from = configuration.vision.hiddenSize, to = configuration.language.hiddenSize, rows = configuration.imageTokens
        func linear(_ inputs: Int) -> ComputeCost { .linear(rows, from: inputs, to: to, vision) }
        return switch configuration.projector {
        case .identity: ComputeCost()
        case .linear: linear(from)
        case .mlp(let depth): linear(from) + linear(to) * (depth - 1)
        case .mlpDownsample: linear(4 * from) + linear(to)
        }
    }

    /// Encoding of one frame to image tokens: both views and the projector.
    package var frame: ComputeCost { view + viewWithContext + projector }

    /// Prefill of a prompt. The last layer computes keys and values of all rows, but everything else for the last row only.
    package func prefill(tokens: Int) -> ComputeCost {
        let model = configuration.language, layers = model.hiddenLayers
        let whole = queries(tokens) + keysAndValues(tokens) + .attention(pairs: tokens * (tokens + 1) / 2, width: queryWidth)
        let last = queries(1) + keysAndValues(tokens) + .attention(pairs: tokens, width: queryWidth)
        return whole * (layers - 1) + last + head(1) + ComputeCost(bytes: cache(tokens))
    }

    /// One decoding step: one token of each track, each after `context` tokens.
    package func decode(context: Int, tracks: Int = 1) -> ComputeCost {
        let layer = queries(tracks) + keysAndValues(tracks) + .attention(pairs: tracks * (context + 1), width: queryWidth)
        return layer * configuration.language.hiddenLayers + head(tracks) + ComputeCost(bytes: cache(context + 1)) * tracks
    }

    /// The steps of captioning one object: preprocessing and encoding of `frames` frames, prefill of `prompt` tokens, which
    /// yields the first token, and one decoding step for each further token.
    package func caption(preprocessing: ComputeCost, frames: Int, prompt: Int, tokens: Int) -> [ComputeCost] {
        [preprocessing * frames]
            + Array(repeating: [view, viewWithContext, projector], count: frames).flatMap(\.self)
            + [prefill(tokens: prompt)] + (0..<max(0, tokens - 1)).map { decode(context: prompt + $0) }
    }

    // MARK: Parts

    private var grid: Int { configuration.gridSide * configuration.gridSide }
    private var queryWidth: Int { configuration.language.attentionHeads * configuration.language.headSize }
    private var keyWidth: Int { configuration.language.keyValueHeads * configuration.language.headSize }

    /// Attention of a view's patches to `keys` keys, with its four projections.
    private func attention(width: Int, keys: Int) -> ComputeCost {
        let projection = ComputeCost.linear(grid, from: width, to: width, vision)
        return projection * 2 + .linear(keys, from: width, to: width, vision) * 2 + .attention(pairs: grid * keys, width: width)
    }

    private func mlp(_ width: Int, _ inner: Int) -> ComputeCost {
        .linear(grid, from: width, to: inner, vision) + .linear(grid, from: inner, to: width, vision)
    }

    /// A decoder layer without its key and value projections: query and output projections and the MLP.
    private func queries(_ rows: Int) -> ComputeCost {
        let model = configuration.language, width = model.hiddenSize, inner = model.intermediateSize
        return .linear(rows, from: width, to: queryWidth, language) + .linear(rows, from: queryWidth, to: width, language)
            + .linear(rows, from: width, to: inner, language) * 2 + .linear(rows, from: inner, to: width, language)
    }

    /// Key and value projections of a decoder layer.
    private func keysAndValues(_ rows: Int) -> ComputeCost {
        .linear(rows, from: configuration.language.hiddenSize, to: keyWidth, language) * 2
    }

    /// The language-model head on `rows` rows.
    private func head(_ rows: Int) -> ComputeCost {
        .linear(rows, from: configuration.language.hiddenSize, to: configuration.language.vocabularySize, language)
    }

    /// Bytes of the KV cache of all layers for `tokens` tokens.
    private func cache(_ tokens: Int) -> Double {
        let model = configuration.language
        return Double(tokens * model.hiddenLayers * KeyValueBuffer.bytes(
            heads: model.keyValueHeads, headSize: model.headSize, format: KeyValueFormat(weights: language)))
    }
}

extension DescribeAnythingCost {
    package init(_ model: DescribeAnythingModel) {
        self.init(configuration: model.configuration, vision: model.visionDataType, language: model.dataType)
    }
}
