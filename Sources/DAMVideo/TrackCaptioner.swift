import DescribeAnything
import MaskTracking
import Tensors

/// Captions one track of a plan: its frames through the vision tower, then the language model.
struct TrackCaptioner {
    let model: DescribeAnythingModel
    let plan: ClipPlan
    let survey: ClipSurvey

    /// - Parameters:
    ///   - index: of the track in the plan.
    ///   - prompts: by frame.
    /// - Throws: `TrackProblem`, and what `progress` throws.
    func callAsFunction(
        _ index: Int, _ prompts: [Int: Result<FocalPrompt, FocalPromptError>], progress: (CaptionProgress) throws -> Void
    ) throws -> CaptionDocument.Track {
        let clock = ContinuousClock(), began = clock.now
        let track = plan.sampling.tracks[index]
        let position = CaptionProgress.TrackPosition(
            id: track.track.id, number: index + 1, count: plan.sampling.tracks.count)
        guard let first = track.visible.first, let last = track.visible.last else {
            throw TrackProblem(code: "not_visible", message: "not in any of the clip's \(survey.part.count) frames")
        }
        let frames = try encode(track, prompts, position, progress)
        let prompt = model.embeddings(model.tokens(query: plan.query), frames: frames)
        try progress(.prompt(track: position, tokens: prompt.rows))
        let generation: Generation
        do {
            generation = try model.generator(prompt, plan.captioning.generation) { _, tokens in
                try progress(.generating(track: position, tokens: tokens))
            }
        } catch let error as PromptTooLongError {
            throw TrackProblem(code: "prompt_too_long", message: error.description)
        }
        return CaptionDocument.Track(
            id: track.track.id, label: track.track.label, firstFrame: first.frame, lastFrame: last.frame,
            start: survey.times[first.frame] ?? 0, end: survey.times[last.frame] ?? 0, visibleFrames: track.visible.count,
            sampled: try samples(track), caption: generation.text, finishReason: generation.finishReason.rawValue,
            usage: CaptionDocument.Usage(promptTokens: prompt.rows, completionTokens: generation.tokens.count),
            seconds: Double((clock.now - began) / .milliseconds(1)).rounded() / 1000)
    }

    /// Image tokens of each sampled frame, in order.
    private func encode(
        _ track: SamplingPlan.TrackPlan, _ prompts: [Int: Result<FocalPrompt, FocalPromptError>],
        _ position: CaptionProgress.TrackPosition, _ progress: (CaptionProgress) throws -> Void
    ) throws -> [Tensor] {
        var encoded: [Int: Tensor] = [:]
        for (number, frame) in track.sampled.enumerated() {
            try progress(.encoding(track: position, done: number, of: track.sampled.count))
            if encoded[frame] == nil {
                switch prompts[frame] {
                case .success(let prompt)?: encoded[frame] = model.encode(prompt)
                case .failure(let error)?: throw TrackProblem(code: "empty_mask", message: "frame \(frame): \(error)")
                case nil: throw TrackProblem(code: "not_visible", message: "frame \(frame) could not be decoded")
                }
            }
        }
        try progress(.encoding(track: position, done: track.sampled.count, of: track.sampled.count))
        return track.sampled.compactMap { encoded[$0] }
    }

    private func samples(_ track: SamplingPlan.TrackPlan) throws -> [CaptionDocument.Sample] {
        try track.sampled.compactMap { frame in
            try track.track.appearance(at: frame).map { appearance in
                CaptionDocument.Sample(
                    frame: frame, time: survey.times[frame] ?? 0, bbox: appearance.box, area: appearance.area,
                    mask: plan.masks.isGiven(track.track.id, at: frame) ? "given" : "propagated",
                    segmentation: plan.options.includesMasks
                        ? CaptionDocument.Segmentation(try plan.masks.mask(of: track.track.id, at: frame)) : nil)
            }
        }
    }
}

/// What keeps one track from being captioned while the others go on.
struct TrackProblem: Error {
    let code: String
    let message: String
}
