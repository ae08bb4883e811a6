import Masks
import Media

/// Propagates masks given on some frames of a clip to all others, without a model (`MaskPropagator`) or with one.
package protocol MaskTracker: Sendable {
    /// - Parameters:
    ///   - span: the selected part of the clip: masks outside it are not used, frames outside it get none; nil for all.
    ///   - masks: the given masks. A frame that is annotated for a track but has no mask of it shows that the object is absent;
    ///     a frame that is annotated only for other tracks is propagated through.
    ///   - frames: the annotated frames to use; nil for all.
    ///   - progress: called with each frame; an error it throws ends the call.
    /// - Throws: `VideoError`; `MaskError` if clip and masks do not match, or the clip has to be read again and cannot be; and
    ///   what `progress` throws.
    func propagate(
        clip: VideoClip, in span: TimeSpan?, masks: any MaskSource, frames: Set<Int>?,
        progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks
}

/// Progress of a tracker: its stage and current frame.
public struct PropagationProgress: Sendable, Equatable {
    public enum Stage: Sendable, Equatable {
        /// Looking for objects.
        case finding
        /// Propagating from the start of the clip to its end.
        case forward
        /// Propagating from the end of the clip to its start.
        case backward
    }

    public let stage: Stage
    /// 0-based frame of the clip.
    public let frame: Int

    package init(_ stage: Stage, frame: Int) {
        self.stage = stage
        self.frame = frame
    }

    package init(isBackward: Bool, frame: Int) { self.init(isBackward ? .backward : .forward, frame: frame) }

    /// True while propagating from the end of the clip to its start.
    public var isBackward: Bool { stage == .backward }
}
