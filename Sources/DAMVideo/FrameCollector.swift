import DescribeAnything
import Imaging
import Masks
import Media

/// What decoding shows of a clip.
struct ClipSurvey {
    /// Seconds of presentation of the plan's frames.
    var times: [Int: Double] = [:]
    /// Frames in the whole clip; nil when decoding ended before it did.
    var frameCount: Int?
    /// The frames of the part that was asked for; empty when there are none.
    var part = 0..<0
    /// Time of the last frame that was decoded.
    var lastTime = 0.0
    /// What was wrong with the file.
    var damage: String?
}

/// The clip's pictures, cut and resized for the model, of some of the plan's tracks: by track (its index in the plan) and
/// frame. All that is kept of a clip once it is decoded.
typealias CollectedPrompts = [Int: [Int: Result<FocalPrompt, FocalPromptError>]]

/// Decodes what a plan needs of its clip, where the clip allows that, else all of it. Only frames of the tracks to be held
/// are converted, and of those only the views at the model's size are kept.
package struct FrameCollector {
    let plan: ClipPlan

    package init(plan: ClipPlan) { self.plan = plan }

    /// Goes through all frames of the plan, whichever tracks are held: what it tells of the clip does not depend on them.
    /// - Parameters:
    ///   - tracks: indices of those whose prompts are kept.
    ///   - onFrame: called for each frame with its number.
    /// - Throws: `VideoError`, `MaskError`, and what `onFrame` throws.
    func survey(holding tracks: [Int], onFrame: (Int) throws -> Void) throws -> (ClipSurvey, CollectedPrompts) {
        let clip = plan.clip, timed = plan.sampling.timed
        var survey = ClipSurvey(), prompts: CollectedPrompts = [:]
        for frame in timed { survey.times[frame] = clip.time(ofFrame: frame) }
        // Where frames are only numbered in decoding, all are looked at, for their times and to know which there are.
        let known = clip.frameCount.map { count in plan.span.flatMap(clip.frameNumbers) ?? 0..<count }
        let frames = try known == nil
            ? clip.frames(in: plan.span) : clip.frames(plan.sampling.frames, in: plan.span)
        let wanted = wanted(tracks)
        while let frame = try frames.next(onFrame: onFrame) {
            survey.part = (survey.part.isEmpty ? frame.index : survey.part.lowerBound)..<frame.index + 1
            survey.lastTime = frame.time
            if timed.contains(frame.index) { survey.times[frame.index] = frame.time }
            try add(frame, wanted, to: &prompts)
        }
        survey.frameCount = frames.frameCount
        survey.lastTime = frames.lastTime ?? survey.lastTime
        // A file that was not as its packets said has been decoded from the start, which shows how many frames it has.
        if let known { survey.part = known.clamped(to: 0..<(frames.frameCount ?? known.upperBound)) }
        survey.damage = frames.damage
        return (survey, prompts)
    }

    /// The prompts of other tracks, after a survey.
    func prompts(of tracks: [Int], onFrame: (Int) throws -> Void) throws -> CollectedPrompts {
        var prompts: CollectedPrompts = [:]
        let wanted = wanted(tracks)
        let frames = try plan.clip.frames(wanted.keys, in: plan.span)
        while let frame = try frames.next(onFrame: onFrame) { try add(frame, wanted, to: &prompts) }
        return prompts
    }

    /// Indices of the tracks to be shown each frame.
    private func wanted(_ tracks: [Int]) -> [Int: [Int]] {
        var result: [Int: [Int]] = [:]
        for index in tracks {
            for frame in Set(plan.sampling.tracks[index].sampled) { result[frame, default: []].append(index) }
        }
        return result
    }

    private func add(_ frame: VideoFrame, _ wanted: [Int: [Int]], to prompts: inout CollectedPrompts) throws {
        guard let tracks = wanted[frame.index] else { return }
        let image = try frame.image()
        let resized = plan.imageProcessor.resized(image)
        for index in tracks {
            prompts[index, default: [:]][frame.index] = try prompt(
                image, resized: resized, track: plan.sampling.tracks[index].track, frame: frame.index)
        }
    }

    private func prompt(
        _ image: RGBImage, resized: [UInt8], track: Track, frame: Int
    ) throws -> Result<FocalPrompt, FocalPromptError> {
        guard track.appearance(at: frame) != nil else { return .failure(.emptyMask) }
        guard let mask = try plan.masks?.mask(of: track.id, at: frame) else { return .failure(.emptyMask) }
        return Result { () throws(FocalPromptError) in try plan.imageProcessor(image, mask, resizedImage: resized) }
    }
}
