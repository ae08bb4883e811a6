import DescribeAnything
import Imaging
import MaskTracking
import VideoDecoding

/// Which frames each track's caption looks at.
struct SamplingPlan: Equatable {
    struct TrackPlan: Equatable {
        let track: Track
        /// Where the masks show the track and the clip has a picture, ascending.
        let visible: [Track.Appearance]
        /// Frames to look at, ascending, with repeats.
        let sampled: [Int]
    }

    let tracks: [TrackPlan]

    /// - Parameter part: the frames the clip, or the part of it that counts, has or is thought to have.
    init(_ tracks: [Track], _ sampling: FrameSampling, frames: Int, part: Range<Int>) {
        self.tracks = tracks.map { track in
            let visible = track.appearances.filter { part.contains($0.frame) }
            return TrackPlan(
                track: track, visible: visible,
                sampled: visible.isEmpty
                    ? []
                    : FrameSampler.frames(sampling, visible: visible.map(\.frame), in: part, count: frames))
        }
    }

    /// Indices of the tracks to be shown each frame.
    var wanted: [Int: [Int]] {
        var result: [Int: [Int]] = [:]
        for (index, plan) in tracks.enumerated() {
            for frame in Set(plan.sampled) { result[frame, default: []].append(index) }
        }
        return result
    }

    /// Frames whose times are reported.
    var timed: Set<Int> {
        Set(tracks.flatMap { $0.sampled + [$0.visible.first?.frame, $0.visible.last?.frame].compactMap { $0 } })
    }
}

/// The clip's pictures, cut and resized for the model: what is kept of a clip once it is decoded.
struct CollectedFrames {
    /// By track (its index in the plan) and frame.
    var prompts: [[Int: Result<FocalPrompt, FocalPromptError>]]
    /// By track, frames looked at whose masks were not given.
    var propagated: [Set<Int>]
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

/// Decodes a clip once for all its tracks, and of it only what the plan needs where the clip allows that. Only frames
/// that are wanted are converted, and of those only the views at the model's size are kept, so memory grows with the
/// number of tracks and not with the clip.
struct FrameCollector {
    let masks: any MaskSource
    let processor: ImageProcessor

    /// - Parameters:
    ///   - span: the part of the clip that counts; nil for all of it.
    ///   - onFrame: called for each frame with its number.
    /// - Throws: `VideoError`, `MaskTrackingError`, and what `onFrame` throws.
    func collect(
        _ plan: SamplingPlan, from clip: VideoClip, in span: TimeSpan?, onFrame: (Int) throws -> Void
    ) throws -> CollectedFrames {
        var collected = CollectedFrames(
            prompts: plan.tracks.map { _ in [:] }, propagated: plan.tracks.map { _ in [] })
        let wanted = plan.wanted, timed = plan.timed
        for frame in timed { collected.times[frame] = clip.time(ofFrame: frame) }
        // Where frames are only numbered in decoding, all are looked at, for their times and to know which there are.
        let known = clip.frameCount.map { count in span.flatMap(clip.frameNumbers) ?? 0..<count }
        let frames = try known == nil ? clip.frames(in: span) : clip.frames(wanted.keys, in: span)
        while let frame = try frames.next(onFrame: onFrame) {
            collected.part = (collected.part.isEmpty ? frame.index : collected.part.lowerBound)..<frame.index + 1
            collected.lastTime = frame.time
            if timed.contains(frame.index) { collected.times[frame.index] = frame.time }
            guard let tracks = wanted[frame.index] else { continue }
            let image = try frame.image()
            let resized = processor.resized(image)
            for index in tracks {
                if !masks.isGiven(plan.tracks[index].track.id, at: frame.index) { collected.propagated[index].insert(frame.index) }
                collected.prompts[index][frame.index] = try prompt(
                    image, resized: resized, track: plan.tracks[index].track, frame: frame.index)
            }
        }
        collected.frameCount = frames.frameCount
        collected.lastTime = frames.lastTime ?? collected.lastTime
        // A file that was not as its packets said has been decoded from the start, which shows how many frames it has.
        if let known { collected.part = known.clamped(to: 0..<(frames.frameCount ?? known.upperBound)) }
        collected.damage = frames.damage
        return collected
    }

    private func prompt(
        _ image: RGBImage, resized: [UInt8], track: Track, frame: Int
    ) throws -> Result<FocalPrompt, FocalPromptError> {
        guard track.appearance(at: frame) != nil else { return .failure(.emptyMask) }
        let mask = try masks.mask(of: track.id, at: frame)
        return Result { () throws(FocalPromptError) in try processor(image, mask, resizedImage: resized) }
    }
}
