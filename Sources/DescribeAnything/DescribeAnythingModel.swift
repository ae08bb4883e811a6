import LanguageModels
import Tensors

/// The Describe Anything Model: one frame's views in, image tokens out; image tokens and a query in, a description out.
/// Immutable: one loaded model serves every track. Source: DAM, arXiv 2504.16072.
package struct DescribeAnythingModel: Sendable {
    package let directory: String
    package let configuration: DescribeAnythingConfiguration
    package let tokenizer: LlamaTokenizer
    let visionTower: SiglipVisionModel
    var contextProvider: ContextProvider
    let mmProjector: MultimodalProjector
    package let llm: LlamaModel
    /// Storage type of the language model's matrices.
    package var dataType: DataType { llm.dataType }
    /// Bytes of the checkpoint's weights, which are mapped; 0 for a model made in memory.
    package let weightBytes: Int
    /// The part of the model that is disabled; see `without(_:)`.
    var ablation: Ablation?

    /// Maps the weights of a checkpoint directory in the published layout.
    /// - Throws: `CheckpointError` if anything is missing, left over, misshapen or not understood.
    package init(directory: String) throws {
        let files = try CheckpointFiles(directory: directory, policy: .strict)
        try self.init(files)
        if let leftOver = files.leftOver(configuration).first { throw leftOver }
    }

    init(_ files: CheckpointFiles) throws {
        try self.init(
            directory: files.directory, configuration: files.configuration,
            tokenizer: LlamaTokenizer(directory: files.directory + "/llm"),
            visionTower: files.visionTower.weights, contextProvider: files.contextProvider.weights,
            projector: files.projector?.weights, llm: files.llm.weights,
            weightBytes: files.parts.flatMap { $0.checkpoint.sizes.values }.reduce(0) { $0 + $1.bytes })
    }

    /// - Parameters: the weights of each part, named as in its folder.
    init(
        directory: String, configuration: DescribeAnythingConfiguration, tokenizer: LlamaTokenizer, visionTower: Weights,
        contextProvider: Weights, projector: Weights?, llm: Weights, weightBytes: Int = 0
    ) throws {
        self.directory = directory
        self.weightBytes = weightBytes
        self.configuration = configuration
        self.tokenizer = tokenizer
        self.visionTower = try SiglipVisionModel(visionTower["vision_model"], configuration)
        self.contextProvider = try ContextProvider(contextProvider["context_provider_module"], configuration)
        mmProjector = try MultimodalProjector(projector, configuration)
        self.llm = try LlamaModel(llm, configuration.language)
        guard tokenizer.vocabularySize <= configuration.language.vocabularySize else {
            throw CheckpointError(
                file: directory + "/llm/config.json", subject: "vocab_size",
                found: "\(configuration.language.vocabularySize)",
                expected: "at least the \(tokenizer.vocabularySize) pieces of tokenizer.model")
        }
    }

    /// Storage type of the vision tower's matrices.
    package var visionDataType: DataType {
        visionTower.layers.first?.mlp.fc1.weight.dataType ?? visionTower.embeddings.patchEmbedding.dataType
    }

    /// Storage types of the matrices in words: "f16", or "vision q8, language q4" where the two parts differ.
    package var weightFormats: String {
        let (vision, language) = (visionDataType.rawValue.lowercased(), dataType.rawValue.lowercased())
        return vision == language ? language : "vision \(vision), language \(language)"
    }

    package var imageProcessor: ImageProcessor { ImageProcessor(side: configuration.imageSize) }

    /// The vision tower's input for a frame, `[8, side, side]`.
    package func pixels(_ prompt: FocalPrompt) -> Tensor {
        (ablation == .mask ? prompt.unmarked : prompt).pixels(configuration.imageProcessor)
    }

    /// Features of the view that gives context, `[tokens, vision width]`, from a frame's pixels.
    package func contextFeatures(_ pixels: Tensor) -> Tensor { contextProvider.contextFeatures(pixels, visionTower) }

    /// Features of the region's view after the context provider, `[tokens, vision width]`.
    package func regionFeatures(_ pixels: Tensor, context: Tensor) -> Tensor {
        contextProvider.regionFeatures(pixels, context: context, visionTower)
    }

    /// True if a frame's image tokens are made of its context features alone, without the context provider.
    package func skipsContextProvider(_ pixels: Tensor) -> Bool { contextProvider.isSkipped(pixels) }

    /// A frame's tokens in the language model, `[image tokens, language width]`, from its features.
    package func imageTokens(_ features: Tensor) -> Tensor { mmProjector(features) }

    /// Encodes one frame into image tokens, `[image tokens, language width]`: all steps above.
    package func encode(_ prompt: FocalPrompt) -> Tensor {
        let pixels = pixels(prompt), context = contextFeatures(pixels)
        return imageTokens(skipsContextProvider(pixels) ? context : regionFeatures(pixels, context: context))
    }

    /// Token ids of a query in its conversation, `Conversation.imageToken` for each frame.
    package func tokens(query: String) -> [Int] { Conversation.tokens(of: Conversation.prompt(query), tokenizer) }

    /// The language model's input: each text token's embedding, and at each image token the next frame's tokens.
    /// - Parameter frames: image tokens of each frame, `[image tokens, width]`; as many frames as `tokens` has image tokens.
    /// - Returns: `[prompt tokens, width]`.
    package func embeddings(_ tokens: [Int], frames: [Tensor]) -> Tensor {
        var parts: [Tensor] = []
        var frames = ablation == .motion ? frames.map { _ in frames[frames.count / 2] }[...] : frames[...]
        for piece in tokens.split(separator: Conversation.imageToken, omittingEmptySubsequences: false) {
            if !parts.isEmpty, let frame = frames.popFirst() { parts.append(frame) }
            parts.append(llm.embedTokens(Array(piece)))
        }
        precondition(frames.isEmpty, "embeddings: more frames than image tokens")
        return .concatenatingRows(parts)
    }

    /// The language model's input with the words before the first frame apart: prompts with one query share their KV cache.
    package func prompt(_ tokens: [Int], frames: [Tensor]) -> Prompt {
        let shared = frames.isEmpty ? [] : Array(tokens.prefix { $0 != Conversation.imageToken })
        return Prompt(embeddings(Array(tokens.dropFirst(shared.count)), frames: frames), after: shared)
    }

    package var generator: Generator { Generator(model: llm, tokenizer: tokenizer) }
}
