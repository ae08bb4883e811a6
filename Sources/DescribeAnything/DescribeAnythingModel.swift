import LanguageModels
import Tensors

/// The Describe Anything Model: encodes a frame's views into image tokens, and generates a description from image tokens and a
/// query. Immutable, so one loaded model serves all tracks. Source: DAM, arXiv 2504.16072.
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
    /// Bytes of the checkpoint's memory-mapped weights; 0 for a model created in memory.
    package let weightBytes: Int
    /// The disabled part of the model; see `without(_:)`.
    var ablation: Ablation?

    /// Maps the weights of a checkpoint directory in the published layout.
    /// - Throws: `CheckpointError` if anything is missing, unused, of the wrong shape or unsupported.
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

    /// Storage types of the matrices as text: "f16", or "vision q8, language q4" if the two parts differ.
    package var weightFormats: String {
        let (vision, language) = (visionDataType.rawValue.lowercased(), dataType.rawValue.lowercased())
        return vision == language ? language : "vision \(vision), language \(language)"
    }

    package var imageProcessor: ImageProcessor { ImageProcessor(side: configuration.imageSize) }

    /// The vision tower's input for a frame, `[8, side, side]`.
    package func pixels(_ prompt: FocalPrompt) -> Tensor {
        (ablation == .mask ? prompt.unmarked : prompt).pixels(configuration.imageProcessor)
    }

    /// Features of the context view, `[tokens, vision width]`, from a frame's pixels.
    package func contextFeatures(_ pixels: Tensor) -> Tensor { contextProvider.contextFeatures(pixels, visionTower) }

    /// Features of the region view after the context provider, `[tokens, vision width]`.
    package func regionFeatures(_ pixels: Tensor, context: Tensor) -> Tensor {
        contextProvider.regionFeatures(pixels, context: context, visionTower)
    }

    /// True if a frame's image tokens come from its context features alone, without the context provider.
    package func skipsContextProvider(_ pixels: Tensor) -> Bool { contextProvider.isSkipped(pixels) }

    /// A frame's tokens for the language model, `[image tokens, language width]`, from its features.
    package func imageTokens(_ features: Tensor) -> Tensor { mmProjector(features) }

    /// Encodes one frame into image tokens, `[image tokens, language width]`, through all the steps above.
    package func encode(_ prompt: FocalPrompt) -> Tensor {
        let pixels = pixels(prompt), context = contextFeatures(pixels)
        return imageTokens(skipsContextProvider(pixels) ? context : regionFeatures(pixels, context: context))
    }

    /// Token ids of a query in the prompt template, with `Conversation.imageToken` for each frame.
    package func tokens(query: String) -> [Int] { Conversation.tokens(of: Conversation.prompt(query), tokenizer) }

    /// The language model's input: each text token's embedding, with the next frame's tokens in place of each image token.
    /// - Parameter frames: image tokens of each frame, `[image tokens, width]`; one entry for each image token in `tokens`.
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

    /// The language model's input with the text before the first frame separated, so that prompts with the same query share its
    /// KV cache.
    package func prompt(_ tokens: [Int], frames: [Tensor]) -> Prompt {
        let shared = frames.isEmpty ? [] : Array(tokens.prefix { $0 != Conversation.imageToken })
        return Prompt(embeddings(Array(tokens.dropFirst(shared.count)), frames: frames), after: shared)
    }

    package var generator: Generator { Generator(model: llm, tokenizer: tokenizer) }
}
