import MaskTracking
import VideoDecoding

/// Whether a track's masks are given on too few frames to sample the clip from.
struct PropagationNeed {
    let masks: any MaskSource
    let sampling: FrameSampling
    /// Samples per caption.
    let frames: Int
    /// The frames of the clip that count.
    let part: Range<Int>

    /// Sampling the track, it has too few when somewhere more than 8 frames, and more than an eighth of the clip, go by of
    /// which nobody said whether the object is there; masks on every n-th frame do for themselves. Sampling the clip, when
    /// one of the frames to be looked at is such a frame.
    func holds(_ track: TrackID) -> Bool {
        let annotated = masks.annotatedFrames(of: track)
        switch sampling {
        case .track:
            var longest = 0, previous = part.lowerBound - 1
            for frame in annotated.filter(part.contains) + [part.upperBound] {
                longest = max(longest, frame - previous - 1)
                previous = frame
            }
            return longest > max(8, part.count / 8)
        case .clip:
            let sampled = FrameSampler.frames(.clip, visible: [], in: part, count: frames)
            return !Set(annotated).isSuperset(of: sampled)
        }
    }
}
