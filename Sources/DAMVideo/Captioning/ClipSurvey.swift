import Imaging
import Masks
import Media

/// Facts about a clip that only decoding establishes.
package struct ClipSurvey {
    /// Presentation times in seconds of the frames that are reported.
    var times: [Int: Double] = [:]
    /// Frames in the whole clip; nil when decoding stopped early.
    var frameCount: Int?
    /// Frames of the requested part; empty if there are none.
    package var part = 0..<0
    /// Time of the last decoded frame, in seconds.
    var lastTime = 0.0
    /// Description of the file's damage; nil if there is none.
    var damage: String?

    /// Checks that the clip has the frames that were requested.
    /// - Throws: `MaskError` for a mask beyond the clip's end, `InputError` for a part without a frame.
    func check(_ input: ClipInput) throws {
        let size = input.clip.info.size
        if damage == nil, let frameCount {
            try input.given.masks?.validate(width: size.width, height: size.height, frameCount: frameCount)
        }
        if let span = input.span, part.isEmpty {
            throw InputError(
                .invalid, "\(input.clip.path): found no frame from \(span.start) s"
                    + "\(span.end.isFinite ? " to \(span.end) s" : " on"), expected a part of the clip")
        }
    }
}

/// Decodes frames of a clip: only the wanted ones if the clip allows seeking, otherwise all.
struct ClipSurveyor {
    let input: ClipInput

    /// Visits all sampled frames, whether used or not, so that the survey does not depend on which are used.
    /// - Parameters:
    ///   - onFrame: called with the number of each frame.
    ///   - use: called with each decoded frame.
    /// - Throws: `VideoError`, and what the closures throw.
    func survey(
        _ samples: [TrackSamples], onFrame: (Int) throws -> Void, use: (VideoFrame) throws -> Void
    ) throws -> ClipSurvey {
        let clip = input.clip, timed = samples.timedFrames
        var survey = ClipSurvey()
        for frame in timed { survey.times[frame] = clip.time(ofFrame: frame) }
        // Without an index frames are numbered by decoding, so all are visited to know their number and times.
        let known = clip.frameCount.map { count in input.span.flatMap(clip.frameNumbers) ?? 0..<count }
        let frames = try known == nil ? clip.frames(in: input.span) : clip.frames(samples.frames, in: input.span)
        while let frame = try frames.next(onFrame: onFrame) {
            survey.part = (survey.part.isEmpty ? frame.index : survey.part.lowerBound)..<frame.index + 1
            survey.lastTime = frame.time
            if timed.contains(frame.index) { survey.times[frame.index] = frame.time }
            try use(frame)
        }
        survey.frameCount = frames.frameCount
        survey.lastTime = frames.lastTime ?? survey.lastTime
        // If packets and frames disagreed, the file was decoded from the start, which shows how many frames it has.
        if let known { survey.part = known.clamped(to: 0..<(frames.frameCount ?? known.upperBound)) }
        survey.damage = frames.damage
        return survey
    }
}
