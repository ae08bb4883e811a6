import Masks
import Media
import ObjectTracking

/// Whether a track's masks are given on too few frames to sample the clip from.
struct PropagationNeed {
    let masks: any MaskSource
    let sampling: FrameSampling
    /// Samples per caption.
    let frames: Int
    /// The frames of the clip that count.
    let part: Range<Int>

    /// Sampling the track, it has when too long a stretch of the clip goes by without any; sampling the clip, when one of the
    /// frames to be looked at has none.
    func holds(_ track: TrackID) -> Bool {
        switch sampling {
        case .track: MaskPropagator.isNeeded(for: track, of: masks, in: part)
        case .clip:
            !FrameSampler.frames(.clip, visible: [], in: part, count: frames).allSatisfy { masks.isGiven(track, at: $0) }
        }
    }
}
