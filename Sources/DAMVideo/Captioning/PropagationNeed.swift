import Masks
import Media
import ObjectTracking

/// Tells tracks whose masks are given on too few frames to sample the clip from.
struct PropagationNeed {
    let masks: any MaskSource
    let sampling: FrameSampling
    /// Samples per caption.
    let frames: Int
    /// The frames of the clip that count.
    let part: Range<Int>

    /// True if the masks leave a gap of more than 8 frames and an eighth of the clip; with clip sampling, if a sampled frame
    /// has no mask.
    func isNeeded(for track: TrackID) -> Bool {
        switch sampling {
        case .track: MaskPropagator.isNeeded(for: track, of: masks, in: part)
        case .clip:
            !FrameSampler.frames(.clip, visible: [], in: part, count: frames).allSatisfy { masks.isGiven(track, at: $0) }
        }
    }
}
