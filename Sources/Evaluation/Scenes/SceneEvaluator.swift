import DAMVideo
import DescribeAnything
import Foundation

/// Facts that a model's captions of rendered scenes get right.
package struct SceneReport: Encodable, Sendable {
    /// The set's folder.
    package let set: String
    /// The checkpoint's directory.
    package let model: String
    /// The part the model was made to go without; nil for the whole model.
    package let without: Ablation?
    /// Captions of the clips' objects.
    package internal(set) var clips = SceneScores()
    /// Captions of objects in single pictures out of the clips.
    package internal(set) var pictures = SceneScores()
}

/// Captions rendered scenes and compares the facts in the captions with those the scenes were rendered from.
package struct SceneEvaluator: Sendable {
    private let engine: CaptionEngine
    private let ablation: Ablation?

    private var model: CaptionModel { engine.model }

    /// - Parameter ablation: a part of the model to go without.
    package init(_ model: CaptionModel, without ablation: Ablation? = nil) {
        engine = CaptionEngine(ablation.map(model.without) ?? model)
        self.ablation = ablation
    }

    /// Captions every object of a set's clips and pictures with greedy decoding.
    /// - Parameters:
    ///   - set: a folder in the layout of `Samples/scenes/make_clips.py`.
    ///   - limit: most clips to caption, the first by name; nil for all.
    ///   - progress: called after each clip with the number of clips done, the number of all, and the report so far.
    /// - Throws: `InputError` if a file of the set is missing or bad. A track that cannot be captioned is no error but counts
    ///   as having every fact wrong.
    package func evaluate(
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

    /// Captions of a clip's tracks, by track id.
    private func captions(_ clip: SceneClip) throws -> [String: String] {
        let document = try VideoCaptioner(engine).caption(clip: clip.clip, masks: clip.masks, options: options)
        return Dictionary(uniqueKeysWithValues: document.tracks.map { ($0.id.description, $0.caption) })
    }

    /// Captions of objects in a clip's picture, by track id.
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
