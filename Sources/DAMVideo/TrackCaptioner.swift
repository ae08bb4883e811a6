import DescribeAnything
import Imaging
import LanguageModels
import Tensors

/// The two ends of captioning one track of a plan: its frames through the vision tower to a prompt, and an answer to its
/// place in the document.
struct TrackCaptioner {
    let model: DescribeAnythingModel
    let plan: ClipPlan
    let survey: ClipSurvey

    func position(of index: Int) -> CaptionProgress.TrackPosition {
        CaptionProgress.TrackPosition(
            id: plan.sampling.tracks[index].track.id, number: index + 1, count: plan.sampling.tracks.count)
    }

    /// What the language model is given for a track.
    /// - Parameters:
    ///   - index: of the track in the plan.
    ///   - prompts: by frame.
    /// - Throws: `TrackProblem`, and what `progress` throws.
    func prompt(
        _ index: Int, _ prompts: [Int: Result<FocalPrompt, FocalPromptError>], progress: (CaptionProgress) throws -> Void
    ) throws -> Prompt {
        let track = plan.sampling.tracks[index]
        guard !track.visible.isEmpty else {
            throw TrackProblem(code: "not_visible", message: "not in any of the clip's \(survey.part.count) frames")
        }
        let frames = try encode(track, prompts, position(of: index), progress)
        let tokens = model.tokens(query: plan.query)
        // Beams have a cache of their own for the prompt.
        return plan.captioning.numBeams > 1
            ? Prompt(model.embeddings(tokens, frames: frames)) : model.prompt(tokens, frames: frames)
    }

    /// A track with its caption.
    func captioned(
        _ index: Int, _ generation: Generation, promptTokens: Int, time: Duration
    ) throws -> CaptionDocument.Track? {
        let track = plan.sampling.tracks[index]
        guard let first = track.visible.first, let last = track.visible.last else { return nil }
        return CaptionDocument.Track(
            id: track.track.id, label: track.track.label, firstFrame: first.frame, lastFrame: last.frame,
            start: survey.times[first.frame] ?? 0, end: survey.times[last.frame] ?? 0, visibleFrames: track.visible.count,
            sampled: try samples(track), caption: generation.text, finishReason: generation.finishReason.rawValue,
            usage: CaptionDocument.Usage(promptTokens: promptTokens, completionTokens: generation.tokens.count),
            seconds: Double(time / .milliseconds(1)).rounded() / 1000)
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
                    mask: plan.masks?.isGiven(track.track.id, at: frame) ?? false ? "given" : "propagated",
                    segmentation: plan.options.includesMasks
                        ? try plan.masks.map { RunLengthEncoding(try $0.mask(of: track.track.id, at: frame)) } : nil)
            }
        }
    }
}

/// What keeps one track from being captioned while the others go on.
struct TrackProblem: Error {
    let code: String
    let message: String
}
