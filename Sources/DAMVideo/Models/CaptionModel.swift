import DescribeAnything
import Imaging
import LanguageModels

/// A loaded checkpoint. Immutable; one can serve any number of captioners and threads.
public struct CaptionModel: Sendable {
    package let model: DescribeAnythingModel
    /// Path of the directory, as given.
    public let path: String

    /// Maps a checkpoint directory in the layout of `nvidia/DAM-3B-Video`; files are neither copied nor modified.
    /// - Throws: `InputError` of category `unusableModel` with the file, what was found and what was expected.
    public init(directory: String) throws {
        path = directory
        model = try InputError.translating { try DescribeAnythingModel(directory: directory) }
    }

    private init(_ model: DescribeAnythingModel, path: String) {
        (self.model, self.path) = (model, path)
    }

    /// The same model without one part.
    package func without(_ part: Ablation) -> CaptionModel { CaptionModel(model.without(part), path: path) }
}

/// The question to the model and the generation options. Defaults are those of the published program.
public struct CaptionOptions: Sendable, Equatable {
    /// Question, with or without `<image>` placeholders; nil for the one the model was trained on.
    public var query: String?
    /// True to tell the model a track's label, if it has one.
    public var tellsLabels = false
    public var generation = GenerationOptions()

    public init(query: String? = nil, generation: GenerationOptions = GenerationOptions()) {
        self.query = query
        self.generation = generation
    }

    /// The sentence that tells a track's label, with the placeholder `{label}`; nil if labels are not used.
    var hint: String? { tellsLabels ? LabelHint.template : nil }

    /// The question about a number of frames.
    func question(frames: Int, default fallback: String) throws -> String {
        guard let query else { return fallback }
        guard let question = Conversation.query(query, frames: frames) else {
            throw InputError(
                .usage, "query \"\(query)\": found a number of \(Conversation.imagePlaceholder) other than that of frames, "
                    + "expected none, one or \(frames)")
        }
        return question
    }
}
