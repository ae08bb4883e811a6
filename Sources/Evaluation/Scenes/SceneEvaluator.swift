import DAMVideo
import DescribeAnything
import Foundation
import Masks

/// Accuracy of the facts in a model's captions of rendered scenes.
package struct SceneReport: Codable, Equatable, Sendable {
    /// Path of the set's folder.
    package let set: String
    /// Path of the checkpoint's directory.
    package let model: String
    /// The part removed from the model; nil for the whole model.
    package let without: Ablation?
    /// Scores for captions of the clips' objects.
    package internal(set) var clips = SceneScores()
    /// Scores for captions of objects in single frames.
    package internal(set) var pictures = SceneScores()
    /// Results of object detection; nil if all objects were given.
    package internal(set) var findings: SceneFindings?
    /// The shard of the set's clips; nil for all.
    package internal(set) var share: SceneShare?
}

/// A shard of a set's clips.
package struct SceneShare: Codable, Equatable, Sendable {
    package let shard: Shard
    /// Folders of the clips.
    package let clips: [String]
    /// Number of clips in all shards.
    package let of: Int
}

extension Ablation: Decodable {}

/// Captions rendered scenes and compares facts in the captions with the ground truth.
package struct SceneEvaluator: Sendable {
    private let engine: CaptionEngine
    private let ablation: Ablation?

    private var model: CaptionModel { engine.model }

    /// - Parameter ablation: a part of the model to remove.
    package init(_ model: CaptionModel, without ablation: Ablation? = nil) {
        engine = CaptionEngine(ablation.map(model.without) ?? model)
        self.ablation = ablation
    }

    /// Captions every object of a set's clips and pictures with greedy decoding.
    /// - Parameters:
    ///   - set: a folder in the layout of `Samples/scenes/make_clips.py`.
    ///   - limit: upper bound on the clips, taken by name; nil for all.
    ///   - shard: shard of these clips; nil for all.
    ///   - finds: true to detect and caption objects in the clips as well, and to skip single frames.
    ///   - progress: called after each clip with the number done, the total, and the report so far.
    /// - Throws: `InputError` if a file of the set is missing or invalid. A track that cannot be captioned is not an error, but
    ///   counts as having every fact wrong.
    package func evaluate(
        _ set: String, limit: Int? = nil, shard: Shard? = nil, finds: Bool = false,
        progress: (Int, Int, SceneReport) throws -> Void = { _, _, _ in }
    ) throws -> SceneReport {
        let scenes = try SceneSet(path: set)
        let all = scenes.clips.prefix(limit ?? .max), clips = shard?.share(of: all) ?? Array(all)
        var report = SceneReport(set: set, model: model.path, without: ablation)
        report.share = shard.map { SceneShare(shard: $0, clips: clips.map(\.name), of: all.count) }
        if finds { report.findings = SceneFindings() }
        for (index, clip) in clips.enumerated() {
            let facts = try clip.facts(), captioned = try captioned(clip)
            let given = captioned.readings(scenes.parser)
            report.clips.add(given, facts.tracks, present: facts.present)
            if finds {
                let found = try self.found(clip), matches = try SceneMatches(truth: captioned.masks, found: found.masks)
                let readings = found.readings(scenes.parser)
                let own = Dictionary(uniqueKeysWithValues: matches.pairs.map { truth, track in
                    (truth.description, readings[track.description] ?? SceneReading())
                })
                report.findings?.add(
                    given: given, found: own, tracks: found.masks.tracks.count, falseTracks: matches.falseTracks, facts)
            } else {
                report.pictures.add(
                    try descriptions(clip, facts.pictures.keys).mapValues(scenes.parser.callAsFunction), facts.pictures,
                    present: facts.present)
            }
            try progress(index + 1, clips.count, report)
        }
        return report
    }

    /// Captions a clip's objects from their true masks.
    private func captioned(_ clip: SceneClip) throws -> CaptionedClip {
        try captioned(ClipRequest(clip: clip.clip, masks: clip.masks))
    }

    /// Detects and captions a clip's objects.
    private func found(_ clip: SceneClip) throws -> CaptionedClip {
        try captioned(ClipRequest(clip: clip.clip, objects: .motion))
    }

    private func captioned(_ request: ClipRequest) throws -> CaptionedClip {
        let captioner = VideoCaptioner(engine)
        return try captioner.caption(captioner.plan(request, options: options))
    }

    /// Captions objects in a clip's single frame, by track id.
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

extension CaptionedClip {
    /// Facts parsed from each caption, by track id.
    fileprivate func readings(_ parser: SceneFactParser) -> [String: SceneReading] {
        Dictionary(uniqueKeysWithValues: document.tracks.map { ($0.id.description, parser($0.caption)) })
    }
}
