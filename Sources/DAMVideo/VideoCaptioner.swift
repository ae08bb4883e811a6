import DescribeAnything
import MaskTracking
import VideoDecoding

/// Captions the tracks of clips: decoder, masks, model and document in one call.
public struct VideoCaptioner: Sendable {
    let model: CaptionModel

    public init(_ model: CaptionModel) {
        self.model = model
    }

    /// One caption for each track of a clip: `plan` and `caption(_:)`.
    public func caption(
        clip: String, masks: String, options: CaptionOptions = CaptionOptions(), clipOptions: ClipOptions = ClipOptions(),
        resuming earlier: ResumedRun? = nil, progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        var plan = try plan(clip: clip, masks: masks, options: options, clipOptions: clipOptions)
        return try caption(&plan, resuming: earlier, progress: progress)
    }

    /// What captioning a clip comes to. Reads clip and masks as far as needed to know that they fit; computes nothing.
    /// - Parameters:
    ///   - clip: path of a video or a folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    ///   - masks: file or folder of its masks, in any layout of `MaskFormat`.
    /// - Throws: `DAMVideoError` when clip or masks are missing or bad, or the options do not fit them.
    public func plan(
        clip: String, masks: String, options: CaptionOptions = CaptionOptions(), clipOptions: ClipOptions = ClipOptions()
    ) throws -> ClipPlan {
        try DAMVideoError.translating {
            try ClipPlan(clip: clip, masks: masks, captioning: options, options: clipOptions, model: model.model)
        }
    }

    /// One caption for each track of a plan.
    /// - Parameters:
    ///   - plan: afterwards has the masks and frames that were used.
    ///   - earlier: a run on the same plan; its tracks are taken over.
    ///   - progress: told of each step; what it throws ends the call.
    /// - Returns: the document; a track that could not be captioned is among its `errors`.
    /// - Throws: `DAMVideoError` when clip or masks turn out to be bad.
    public func caption(
        _ plan: inout ClipPlan, resuming earlier: ResumedRun? = nil, progress: (CaptionProgress) throws -> Void = { _ in }
    ) throws -> CaptionDocument {
        try DAMVideoError.translating {
            if plan.options.propagates {
                let completion = MaskCompletion(sampling: plan.options.sampling, frames: plan.frames)
                try plan.use(completion(plan.givenMasks, clip: plan.path, tracks: plan.options.tracks) {
                    try progress(.tracking(frame: $0.frame, isBackward: $0.isBackward))
                })
            }
            let total = plan.frameCount
            func onFrame(_ frame: Int) throws { try progress(.decoding(frame: frame, of: total)) }
            var queue = try survey(&plan, onFrame)
            var document = document(plan, queue.survey)
            try earlier?.check(document, plan.sampling)
            let finished = Dictionary((earlier?.tracks ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            // Those in front go with the first update: the lines they come from are about to be replaced.
            document.tracks = plan.sampling.tracks.map { finished[$0.track.id] }.prefix { $0 != nil }.compactMap { $0 }
            try progress(.updated(document))
            let captionTrack = TrackCaptioner(model: model.model, plan: plan, survey: queue.survey)
            for (index, track) in plan.sampling.tracks.enumerated().dropFirst(document.tracks.count) {
                do {
                    document.tracks.append(
                        try finished[track.track.id]
                            ?? captionTrack(index, queue.prompts(of: index, onFrame: onFrame), progress: progress))
                } catch let problem as TrackProblem {
                    document.errors.append(
                        CaptionDocument.Problem(track: track.track.id, code: problem.code, message: problem.message))
                }
                try progress(.updated(document))
            }
            return document
        }
    }

    /// Decodes what is needed of the clip. A clip that turns out to have other frames than was thought (its packets do not
    /// tell, and it is cut off or does not say) is sampled anew from the frames it has; that alone makes a second pass.
    private func survey(_ plan: inout ClipPlan, _ onFrame: (Int) throws -> Void) throws -> PromptQueue {
        let queue = try PromptQueue(FrameCollector(plan: plan), from: 0, onFrame: onFrame)
        let survey = queue.survey, size = plan.clip.info.size
        if survey.damage == nil, let frameCount = survey.frameCount {
            try plan.givenMasks.validate(width: size.width, height: size.height, frameCount: frameCount)
        }
        if let span = plan.span, survey.part.isEmpty {
            throw DAMVideoError(
                .badInput, "\(plan.clip.path): found no frame from \(span.start) s"
                    + "\(span.end.isFinite ? " to \(span.end) s" : " on"), expected a part of the clip")
        }
        let guess = plan.sampling
        plan.use(part: survey.part)
        return plan.sampling.tracks == guess.tracks
            ? queue : try PromptQueue(FrameCollector(plan: plan), from: 0, onFrame: onFrame)
    }

    /// The document before any track is captioned: what is known of clip, masks and model.
    private func document(_ plan: ClipPlan, _ survey: ClipSurvey) -> CaptionDocument {
        let info = plan.clip.info, options = plan.captioning
        var document = CaptionDocument(
            model: CaptionDocument.Model(
                path: model.path, weights: model.model.dataType.rawValue.lowercased(), query: plan.query,
                temperature: options.temperature, topP: options.topP, topK: options.topK, numBeams: options.numBeams,
                maxNewTokens: options.maxNewTokens, seed: options.seed),
            video: CaptionDocument.Video(
                path: plan.path, width: info.width, height: info.height, fps: info.frameRate,
                frames: survey.frameCount ?? info.declaredFrames ?? survey.part.upperBound,
                duration: info.duration ?? survey.lastTime + 1 / info.frameRate))
        document.errors = plan.masks.problems.map {
            CaptionDocument.Problem(
                track: nil, code: $0.kind == .skipped ? "mask_skipped" : "mask_note", message: $0.message)
        }
        if let damage = survey.damage {
            document.errors.append(CaptionDocument.Problem(track: nil, code: "clip_damaged", message: damage))
        }
        return document
    }
}
