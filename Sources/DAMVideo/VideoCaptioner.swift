import DescribeAnything
import Foundation
import Imaging
import MaskTracking
import Tensors
import VideoDecoding

/// Which of a clip's frames and tracks are captioned.
public struct ClipOptions: Sendable, Equatable {
    /// Tracks to caption; nil for all.
    public var tracks: [TrackID]?
    /// How the masks are read.
    public var masks = MaskSettings()
    public var sampling = FrameSampling.track
    /// Frames per caption; nil for as many as the model was trained on.
    public var frames: Int?
    /// An earlier run on the same clip with the same options: its tracks are taken over.
    public var resumed: ResumedRun?
    /// Whether masks given on a few frames are carried to the others.
    public var propagates = false
    /// Seconds from the start of the clip: what comes before does not count.
    public var start: Double = 0
    /// Seconds from there: what comes after does not count; nil for the rest of the clip.
    public var duration: Double?
    /// Frames a second when the clip is a series of stills.
    public var stillRate: Double = 25

    public init() {}

    /// The part of the clip that counts; nil for all of it.
    /// - Throws: `DAMVideoError` when there is no such part.
    func span() throws -> TimeSpan? {
        guard start != 0 || duration != nil else { return nil }
        if let span = TimeSpan(start: start, duration: duration) { return span }
        throw DAMVideoError(
            .usage, "start \(start)\(duration.map { ", duration \($0)" } ?? ""): expected seconds, a duration above 0")
    }
}

/// How far captioning a clip has come.
public enum CaptionProgress: Sendable {
    /// A frame was given masks by propagation, on the way through the clip or back.
    case tracking(frame: Int, isBackward: Bool)
    /// A frame was decoded; the total as far as it is known.
    case decoding(frame: Int, of: Int?)
    /// So many of a track's frames are encoded, from none to all.
    case encoding(track: TrackPosition, done: Int, of: Int)
    /// The language model begins to read a track's prompt of so many tokens.
    case prompt(track: TrackPosition, tokens: Int)
    /// So many tokens of a track's caption are there.
    case generating(track: TrackPosition, tokens: Int)
    /// The document as it stands: once when captioning begins, and after each track.
    case updated(CaptionDocument)

    public struct TrackPosition: Sendable, Equatable {
        public let id: TrackID
        /// From 1.
        public let number: Int
        public let count: Int
    }
}

/// Captions the tracks of clips: decoder, masks, model and document in one call.
public struct VideoCaptioner: Sendable {
    let model: CaptionModel

    public init(_ model: CaptionModel) {
        self.model = model
    }

    /// One caption for each track of a clip.
    /// - Parameters:
    ///   - clip: path of a video or a folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    ///   - masks: file or folder of its masks, in any layout of `MaskFormat`.
    ///   - progress: told of each step; what it throws ends the call.
    /// - Returns: the document; a track that could not be captioned is among its `errors`.
    /// - Throws: `DAMVideoError` when clip or masks are missing or bad, or the options do not fit them.
    public func caption(
        clip: String, masks: String, options: CaptionOptions = CaptionOptions(), clipOptions: ClipOptions = ClipOptions(),
        progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        try options.validate()
        return try DAMVideoError.translating {
            let span = try clipOptions.span()
            let video = try VideoClip(path: clip, stillRate: clipOptions.stillRate)
            let facts = ClipFacts(path: clip, size: video.info.size)
            let given = try MaskSources.open(masks, settings: clipOptions.masks, clip: facts)
            let frames = clipOptions.frames ?? model.model.configuration.videoFrames
            guard (1...4096).contains(frames) else { throw DAMVideoError(.usage, "frames \(frames): expected 1 to 4096") }
            _ = try clipOptions.tracks.map { try $0.map(given.track) }
            let completion = MaskCompletion(sampling: clipOptions.sampling, frames: frames)
            let source = !clipOptions.propagates ? given : try completion(given, clip: clip, tracks: clipOptions.tracks) {
                try progress(.tracking(frame: $0.frame, isBackward: $0.isBackward))
            }
            let tracks = try clipOptions.tracks.map { try Set($0).sorted().map(source.track) } ?? source.tracks
            let query = try options.question(frames: frames, default: Conversation.videoQuery(frames: frames))

            let (plan, collected) = try collect(video, span, source, tracks, clipOptions.sampling, frames: frames, progress)
            var document = document(clip, video.info, collected, source.problems, description(options, query: query))
            try clipOptions.resumed?.check(document, plan)
            let finished = Dictionary(
                (clipOptions.resumed?.tracks ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            // Those in front go with the first update: the lines they come from are about to be replaced.
            document.tracks = plan.tracks.map { finished[$0.track.id] }.prefix { $0 != nil }.compactMap { $0 }
            try progress(.updated(document))
            for (index, trackPlan) in plan.tracks.enumerated().dropFirst(document.tracks.count) {
                let position = CaptionProgress.TrackPosition(
                    id: trackPlan.track.id, number: index + 1, count: plan.tracks.count)
                do {
                    document.tracks.append(
                        try finished[trackPlan.track.id]
                            ?? caption(trackPlan, index, collected, query, options, position, progress))
                } catch let problem as TrackProblem {
                    document.errors.append(
                        CaptionDocument.Problem(track: trackPlan.track.id, code: problem.code, message: problem.message))
                }
                try progress(.updated(document))
            }
            return document
        }
    }

    /// The document before any track is captioned: what is known of clip, masks and model.
    private func document(
        _ clip: String, _ info: VideoInfo, _ collected: CollectedFrames, _ maskProblems: [MaskProblem],
        _ model: CaptionDocument.Model
    ) -> CaptionDocument {
        var document = CaptionDocument(
            model: model,
            video: CaptionDocument.Video(
                path: clip, width: info.width, height: info.height, fps: info.frameRate,
                frames: collected.frameCount ?? info.declaredFrames ?? collected.part.upperBound,
                duration: info.duration ?? collected.lastTime + 1 / info.frameRate))
        document.errors = maskProblems.map {
            CaptionDocument.Problem(
                track: nil, code: $0.kind == .skipped ? "mask_skipped" : "mask_note", message: $0.message)
        }
        if let damage = collected.damage {
            document.errors.append(CaptionDocument.Problem(track: nil, code: "clip_damaged", message: damage))
        }
        return document
    }

    /// Decodes what is needed of the clip. A clip that turns out to have other frames than was thought (its packets do not
    /// tell, and it is cut off or does not say) is sampled anew from the frames it has; that alone makes a second pass.
    private func collect(
        _ clip: VideoClip, _ span: TimeSpan?, _ masks: any MaskSource, _ tracks: [Track], _ sampling: FrameSampling,
        frames: Int, _ progress: (CaptionProgress) throws -> Void
    ) throws -> (SamplingPlan, CollectedFrames) {
        let info = clip.info
        try masks.validate(width: info.width, height: info.height, frameCount: nil)
        let count = clip.frameCount ?? info.declaredFrames
        try masks.validate(width: info.width, height: info.height, frameCount: count)
        let collector = FrameCollector(masks: masks, processor: model.model.imageProcessor)
        func plan(_ part: Range<Int>) -> SamplingPlan { SamplingPlan(tracks, sampling, frames: frames, part: part) }
        func collect(_ plan: SamplingPlan) throws -> CollectedFrames {
            try collector.collect(plan, from: clip, in: span) { try progress(.decoding(frame: $0, of: count)) }
        }
        let all = 0..<(count ?? (tracks.map(\.lastFrame).max() ?? 0) + 1)
        let guess = plan(span.map { clip.frameNumbers(in: $0) ?? all.likely(in: $0, info.frameRate) } ?? all)
        let collected = try collect(guess)
        if collected.damage == nil, let frameCount = collected.frameCount {
            try masks.validate(width: info.width, height: info.height, frameCount: frameCount)
        }
        if let span, collected.part.isEmpty {
            throw DAMVideoError(
                .badInput, "\(clip.path): found no frame from \(span.start) s\(span.end.isFinite ? " to \(span.end) s" : " on"), "
                    + "expected a part of the clip")
        }
        let actual = plan(collected.part)
        return actual == guess ? (guess, collected) : (actual, try collect(actual))
    }

    private func description(_ options: CaptionOptions, query: String) -> CaptionDocument.Model {
        CaptionDocument.Model(
            path: model.path, weights: model.model.dataType.rawValue.lowercased(), query: query,
            temperature: options.temperature, topP: options.topP, topK: options.topK, numBeams: options.numBeams,
            maxNewTokens: options.maxNewTokens, seed: options.seed)
    }

    /// One track: its frames through the vision tower, then the language model.
    private func caption(
        _ plan: SamplingPlan.TrackPlan, _ index: Int, _ collected: CollectedFrames, _ query: String,
        _ options: CaptionOptions, _ position: CaptionProgress.TrackPosition,
        _ progress: (CaptionProgress) throws -> Void
    ) throws -> CaptionDocument.Track {
        let clock = ContinuousClock(), began = clock.now
        guard let first = plan.visible.first, let last = plan.visible.last else {
            throw TrackProblem(code: "not_visible", message: "not in any of the clip's \(collected.part.count) frames")
        }
        var encoded: [Int: Tensor] = [:]
        for (number, frame) in plan.sampled.enumerated() {
            try progress(.encoding(track: position, done: number, of: plan.sampled.count))
            if encoded[frame] == nil {
                switch collected.prompts[index][frame] {
                case .success(let prompt)?: encoded[frame] = model.model.encode(prompt)
                case .failure(let error)?: throw TrackProblem(code: "empty_mask", message: "frame \(frame): \(error)")
                case nil: throw TrackProblem(code: "not_visible", message: "frame \(frame) could not be decoded")
                }
            }
        }
        try progress(.encoding(track: position, done: plan.sampled.count, of: plan.sampled.count))
        let tokens = model.model.tokens(query: query)
        let prompt = model.model.embeddings(tokens, frames: plan.sampled.compactMap { encoded[$0] })
        try progress(.prompt(track: position, tokens: prompt.rows))
        let generation: Generation
        do {
            generation = try model.model.generator(prompt, options.generation) { _, tokens in
                try progress(.generating(track: position, tokens: tokens))
            }
        } catch let error as PromptTooLongError {
            throw TrackProblem(code: "prompt_too_long", message: error.description)
        }
        let annotations = Dictionary(uniqueKeysWithValues: plan.visible.map { ($0.frame, $0) })
        return CaptionDocument.Track(
            id: plan.track.id, label: plan.track.label, firstFrame: first.frame, lastFrame: last.frame,
            start: collected.times[first.frame] ?? 0, end: collected.times[last.frame] ?? 0,
            visibleFrames: plan.visible.count,
            sampled: plan.sampled.compactMap { frame in
                annotations[frame].map {
                    CaptionDocument.Sample(
                        frame: frame, time: collected.times[frame] ?? 0, bbox: $0.box, area: $0.area,
                        mask: collected.propagated[index].contains(frame) ? "propagated" : "given")
                }
            },
            caption: generation.text, finishReason: generation.finishReason.rawValue,
            usage: CaptionDocument.Usage(promptTokens: prompt.rows, completionTokens: generation.tokens.count),
            seconds: Double((clock.now - began) / .milliseconds(1)).rounded() / 1000)
    }
}

/// What keeps one track from being captioned while the others go on.
private struct TrackProblem: Error {
    let code: String
    let message: String
}

extension Range<Int> {
    /// Those of a clip's frames that are in a part of it when they follow one another evenly.
    fileprivate func likely(in span: TimeSpan, _ frameRate: Double) -> Range {
        let times = [span.start, span.end].map { Int(exactly: ($0 * frameRate).rounded(.up)) ?? upperBound }
        return clamped(to: times[0]..<Swift.max(times[0], times[1]))
    }
}
