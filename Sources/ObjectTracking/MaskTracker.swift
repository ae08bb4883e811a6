import Masks
import Media

/// Propagates masks given on some frames of a clip to all others: without a model (`MaskPropagator`), or with one.
package protocol MaskTracker: Sendable {
    /// - Parameters:
    ///   - span: the part of the clip that counts: masks outside it are not used, frames outside it get none; nil for
    ///     all.
    ///   - masks: the given masks. A frame annotated for a track that does not show it says that it is not there;
    ///     through one that is not annotated for it, though for others, it is propagated.
    ///   - frames: the annotated frames to use; nil for all.
    ///   - progress: told of each frame; what it throws ends the call.
    /// - Throws: `VideoError`; `MaskError` when clip and masks do not fit, or the clip has to be read again and
    ///   cannot be; and what `progress` throws.
    func propagate(
        clip: VideoClip, in span: TimeSpan?, masks: any MaskSource, frames: Set<Int>?,
        progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks
}

/// Progress of a tracker: the frame it is at.
public struct PropagationProgress: Sendable, Equatable {
    public enum Stage: Sendable, Equatable {
        /// Looks for objects.
        case finding
        /// Carries masks from the start of the clip to its end.
        case forward
        /// Carries masks from the end of the clip to its start.
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

    /// True on the way from the end of the clip to its start.
    public var isBackward: Bool { stage == .backward }
}
