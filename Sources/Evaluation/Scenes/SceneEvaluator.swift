import DAMVideo
import DescribeAnything
import Foundation

/// What a model's captions of sample scenes get right.
public struct SceneReport: Encodable, Sendable {
    /// The set's folder.
    public let set: String
    /// The checkpoint's directory.
    public let model: String
    /// What was taken from the model; nil when it was whole.
    public let without: Ablation?
    public internal(set) var clips = SceneScores()
    /// Single pictures out of the clips.
    public internal(set) var pictures = SceneScores()
}

/// Captions sample scenes and reads the captions' facts.
public struct SceneEvaluator: Sendable {
    private let engine: CaptionEngine
    private let ablation: Ablation?

    private var model: CaptionModel { engine.model }

    /// - Parameter ablation: a part of the model to go without.
    public init(_ model: CaptionModel, without ablation: Ablation? = nil) {
        engine = CaptionEngine(ablation.map(model.without) ?? model)
        self.ablation = ablation
    }

    /// Captions every object of a set's clips and pictures, taking the likeliest token each time.
    /// - Parameters:
    ///   - set: a folder as `Samples/scenes/make_clips.py` writes it.
    ///   - limit: clips to look at; nil for all.
    ///   - progress: told the number of clips that are done, and of all, and how the report stands.
    /// - Throws: `InputError` when anything of the set is missing or bad; a track that cannot be captioned is no error
    ///   but has every fact wrong.
    public func evaluate(
        _ set: String, limit: Int? = nil, progress: (Int, Int, SceneReport) throws -> Void = { _, _, _ in }
    ) throws -> SceneReport {
        let scenes = try SceneSet(path: set)
        let clips = scenes.clips.prefix(limit ?? .max)
        var report = SceneReport(set: set, model: model.path, without: ablation)
        for (index, clip) in clips.enumerated() {
            let facts = try clip.facts()
            report.clips.add(try captions(clip).mapValues(scenes.parser.callAsFunction), facts.tracks, present: facts.present)
            report.pictures.add(
                try descriptions(clip, facts.pictures.keys).mapValues(scenes.parser.callAsFunction), facts.pictures,
                present: facts.present)
            try progress(index + 1, clips.count, report)
        }
        return report
    }

    /// By track id.
    private func captions(_ clip: SceneClip) throws -> [String: String] {
        let document = try VideoCaptioner(engine).caption(clip: clip.clip, masks: clip.masks, options: options)
        return Dictionary(uniqueKeysWithValues: document.tracks.map { ($0.id.description, $0.caption) })
    }

    private func descriptions(_ clip: SceneClip, _ ids: some Collection<String>) throws -> [String: String] {
        let describer = ImageDescriber(engine)
        return try Dictionary(uniqueKeysWithValues: ids.map { id in
            (id, try describer.describe(image: clip.picture, mask: clip.pictureMask(id), options: options))
        })
    }

    private var options: CaptionOptions {
        var options = CaptionOptions()
        options.generation.temperature = 0
        options.generation.maxNewTokens = 128
        return options
    }
}
