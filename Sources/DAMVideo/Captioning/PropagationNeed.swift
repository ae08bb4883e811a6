import Masks
import Media
import ObjectTracking

/// Decides which tracks have masks on too few frames to sample from.
struct PropagationNeed {
    let masks: any MaskSource
    let sampling: FrameSampling
    /// Samples per caption.
    let frames: Int
    /// Frames to caption.
    let part: Range<Int>

    /// True if the masks leave a gap of more than 8 frames and 1/8 of the clip or, with clip sampling, if a sampled frame has no
    /// mask.
    func isNeeded(for track: TrackID) -> Bool {
        switch sampling {
        case .track: MaskPropagator.isNeeded(for: track, of: masks, in: part)
        case .clip:
            !FrameSampler.frames(.clip, visible: [], in: part, count: frames).allSatisfy { masks.isGiven(track, at: $0) }
        }
    }
}
