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

/// The question put to the model and how its answer is drawn. Defaults are the published tool's.
public struct CaptionOptions: Sendable, Equatable {
    /// With or without `<image>` where frames go; nil for the question the model was trained on.
    public var query: String?
    /// True to tell the model a track's label as well, where it has one.
    public var tellsLabels = false
    public var generation = GenerationOptions()

    public init(query: String? = nil, generation: GenerationOptions = GenerationOptions()) {
        self.query = query
        self.generation = generation
    }

    /// The sentence that tells a track's label, with `{label}` for it; nil if labels are not told.
    var hint: String? { tellsLabels ? LabelHint.template : nil }

    /// The question about some frames.
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
