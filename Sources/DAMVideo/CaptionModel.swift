import DescribeAnything
import Imaging
import LanguageModels

/// A loaded checkpoint. Immutable: one serves any number of captioners and threads.
public struct CaptionModel: Sendable {
    package let model: DescribeAnythingModel
    /// The directory as it was given.
    public let path: String

    /// Maps a checkpoint directory in the layout of `nvidia/DAM-3B-Video`; its files are neither copied nor changed.
    /// - Throws: `InputError` of category `unusableModel` with the file at fault, what was found and what was expected.
    public init(directory: String) throws {
        path = directory
        model = try InputError.translating { try DescribeAnythingModel(directory: directory) }
    }

    private init(_ model: DescribeAnythingModel, path: String) {
        (self.model, self.path) = (model, path)
    }

    /// The same model less a part.
    package func without(_ part: Ablation) -> CaptionModel { CaptionModel(model.without(part), path: path) }
}

/// What to ask the model and how to draw its answer. Defaults are the published tool's.
public struct CaptionOptions: Sendable, Equatable {
    /// The question, with or without `<image>` where frames go; nil for the one the model was trained on.
    public var query: String?
    /// 0 takes the likeliest token each time.
    public var temperature = 0.2
    /// From 0 (excluded) to 1.
    public var topP = 0.5
    public var topK = 50
    public var numBeams = 1
    public var maxNewTokens = 512
    /// Equal seeds give equal captions, whichever other tracks are captioned.
    public var seed: UInt64 = 0

    public init() {}

    /// - Throws: `InputError` of category `usage` for a value out of range.
    public func validate() throws {
        func require(_ holds: Bool, _ message: String) throws {
            guard holds else { throw InputError(.usage, message) }
        }
        try require(temperature >= 0 && temperature.isFinite, "temperature \(temperature): expected 0 or more")
        try require(topP > 0 && topP <= 1, "top-p \(topP): expected more than 0 and at most 1")
        try require(topK >= 1, "top-k \(topK): expected 1 or more")
        try require((1...64).contains(numBeams), "num-beams \(numBeams): expected 1 to 64")
        try require((1...1_000_000).contains(maxNewTokens), "max-new-tokens \(maxNewTokens): expected 1 or more")
    }

    var generation: GenerationOptions {
        var options = GenerationOptions()
        options.temperature = Float(temperature)
        options.topP = Float(topP)
        options.topK = topK
        options.numBeams = numBeams
        options.maxNewTokens = maxNewTokens
        options.seed = seed
        return options
    }

    /// The question for so many frames.
    func question(frames: Int, default fallback: String) throws -> String {
        guard let query else { return fallback }
        guard let question = Conversation.query(query, frames: frames) else {
            throw InputError(
                .usage, "query \"\(query)\": found another number of \(Conversation.imagePlaceholder) than frames, "
                    + "expected none, one or \(frames)")
        }
        return question
    }
}
