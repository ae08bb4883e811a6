import Imaging
import LanguageModels
import Masks
import ObjectTracking

/// Makes document entries from samples and answers.
struct DocumentEntries {
    let objects: FollowedObjects
    let survey: ClipSurvey
    let includesMasks: Bool

    /// A track with the caption of its whole.
    func track(_ samples: TrackSamples, _ answer: EngineAnswer) throws -> CaptionDocument.Track {
        let track = samples.track, span = span(of: samples)
        return CaptionDocument.Track(
            id: track.id, label: track.label, stationary: objects.areFound && !track.goesSomewhere ? true : nil,
            firstFrame: span.first, lastFrame: span.last, start: span.start, end: span.end,
            visibleFrames: samples.visible.count, sampled: try sampled(samples), caption: answer.generation.text,
            finishReason: answer.generation.finishReason.rawValue, usage: usage(answer), seconds: seconds(answer))
    }

    /// A part of a track with its caption.
    func segment(_ samples: TrackSamples, _ answer: EngineAnswer) throws -> CaptionDocument.Segment {
        let span = span(of: samples)
        return CaptionDocument.Segment(
            firstFrame: span.first, lastFrame: span.last, start: span.start, end: span.end,
            visibleFrames: samples.visible.count, sampled: try sampled(samples), caption: answer.generation.text,
            finishReason: answer.generation.finishReason.rawValue, usage: usage(answer), seconds: seconds(answer))
    }

    /// Reason that a track or a part has no caption; a part's gives its times.
    func problem(_ samples: TrackSamples, _ problem: TrackProblem) -> CaptionDocument.Problem {
        var entry = CaptionDocument.Problem(track: samples.track.id, code: problem.code, message: problem.message)
        guard samples.position.part != nil else { return entry }
        let span = span(of: samples)
        (entry.start, entry.end) = (span.start, span.end)
        func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
        entry.message = "part from \(rounded(span.start)) to \(rounded(span.end)) s: \(problem.message)"
        return entry
    }

    private func span(of samples: TrackSamples) -> (first: Int, last: Int, start: Double, end: Double) {
        let first = samples.visible.first?.frame ?? samples.track.firstFrame
        let last = samples.visible.last?.frame ?? samples.track.lastFrame
        return (first, last, survey.times[first] ?? 0, survey.times[last] ?? 0)
    }

    private func usage(_ answer: EngineAnswer) -> CaptionDocument.Usage {
        CaptionDocument.Usage(promptTokens: answer.promptTokens, completionTokens: answer.generation.tokens.count)
    }

    private func seconds(_ answer: EngineAnswer) -> Double { Double(answer.time / .milliseconds(1)).rounded() / 1000 }

    private func sampled(_ samples: TrackSamples) throws -> [CaptionDocument.Sample] {
        let track = samples.track, masks = objects.masks
        return try samples.frames.compactMap { frame in
            try track.appearance(at: frame).map { appearance in
                CaptionDocument.Sample(
                    frame: frame, time: survey.times[frame] ?? 0, bbox: appearance.box, area: appearance.area,
                    mask: objects.areFound ? "found" : masks.isGiven(track.id, at: frame) ? "given" : "propagated",
                    segmentation: includesMasks ? RunLengthEncoding(try masks.mask(of: track.id, at: frame)) : nil)
            }
        }
    }
}
