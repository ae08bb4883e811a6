import Imaging
import Masks
import Media

/// Facts of a clip that decoding shows.
package struct ClipSurvey {
    /// Seconds of presentation of the frames that are reported.
    var times: [Int: Double] = [:]
    /// Frames in the whole clip; nil when decoding ended before it did.
    var frameCount: Int?
    /// The frames of the part that was asked for; empty when there are none.
    package var part = 0..<0
    /// Time of the last frame that was decoded.
    var lastTime = 0.0
    /// Damage of the file; nil when there is none.
    var damage: String?

    /// Checks that the clip has what was asked for.
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

/// Decodes frames of a clip: those wanted where the clip allows that, else all of them.
struct ClipSurveyor {
    let input: ClipInput

    /// Goes through all sampled frames, whichever are used: what it tells of the clip does not depend on that.
    /// - Parameters:
    ///   - onFrame: called for each frame with its number.
    ///   - use: called with each decoded frame.
    /// - Throws: `VideoError`, and what the closures throw.
    func survey(
        _ samples: [TrackSamples], onFrame: (Int) throws -> Void, use: (VideoFrame) throws -> Void
    ) throws -> ClipSurvey {
        let clip = input.clip, timed = samples.timedFrames
        var survey = ClipSurvey()
        for frame in timed { survey.times[frame] = clip.time(ofFrame: frame) }
        // Frames that are only numbered in decoding are all looked at, for their times and to know which there are.
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
        // A file that was not as its packets said has been decoded from the start, which shows how many frames it has.
        if let known { survey.part = known.clamped(to: 0..<(frames.frameCount ?? known.upperBound)) }
        survey.damage = frames.damage
        return survey
    }
}
