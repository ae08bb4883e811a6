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

    /// - Parameter frameCount: frames the clip has, or is thought to have.
    init(_ tracks: [Track], _ sampling: FrameSampling, frames: Int, frameCount: Int) {
        self.tracks = tracks.map { track in
            let visible = track.appearances.filter { $0.frame < frameCount }
            return TrackPlan(
                track: track, visible: visible,
                sampled: visible.isEmpty
                    ? []
                    : FrameSampler.frames(
                        sampling, visible: visible.map(\.frame), frameCount: frameCount, count: frames))
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
    /// Frames looked at whose masks were not given.
    var propagated: Set<Int> = []
    /// Seconds of presentation of the plan's frames.
    var times: [Int: Double] = [:]
    var frameCount = 0
    /// Time of the last frame.
    var lastTime = 0.0
    /// What was wrong with the file.
    var damage: String?
}

/// Decodes a clip once for all its tracks. Only frames that are wanted are converted, and of those only the views at
/// the model's size are kept, so memory grows with the number of tracks and not with the clip.
struct FrameCollector {
    let masks: any MaskSource
    let processor: ImageProcessor

    /// - Parameter onFrame: called for each frame with its number.
    /// - Throws: `VideoError`, `MaskTrackingError`, and what `onFrame` throws.
    func collect(
        _ plan: SamplingPlan, from decoder: VideoDecoder, onFrame: (Int) throws -> Void
    ) throws -> CollectedFrames {
        var collected = CollectedFrames(prompts: plan.tracks.map { _ in [:] })
        let wanted = plan.wanted, timed = plan.timed
        while let frame = try decoder.next() {
            try onFrame(frame.index)
            collected.frameCount = frame.index + 1
            collected.lastTime = frame.time
            if timed.contains(frame.index) { collected.times[frame.index] = frame.time }
            guard let tracks = wanted[frame.index] else { continue }
            if !masks.isGiven(frame.index) { collected.propagated.insert(frame.index) }
            let image = try frame.image()
            let resized = processor.resized(image)
            for index in tracks {
                collected.prompts[index][frame.index] = try prompt(
                    image, resized: resized, track: plan.tracks[index].track, frame: frame.index)
            }
        }
        collected.damage = decoder.damage
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
