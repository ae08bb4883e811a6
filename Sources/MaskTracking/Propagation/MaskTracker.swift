/// Carries masks given on some frames of a clip to all others: without a model (`MaskPropagator`), or with one.
package protocol MaskTracker: Sendable {
    /// - Parameters:
    ///   - clip: path of a video.
    ///   - masks: the given masks. A frame annotated for a track that does not show it says that it is not there; through
    ///     one that is not annotated for it, though for others, it is carried.
    ///   - frames: the annotated frames to use; nil for all.
    ///   - progress: told of each frame; what it throws ends the call.
    /// - Throws: `VideoError`, `MaskTrackingError` when clip and masks do not fit, and what `progress` throws.
    func propagate(
        clip: String, masks: any MaskSource, frames: Set<Int>?, progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks
}

/// How far a tracker is.
package struct PropagationProgress: Sendable {
    package let isBackward: Bool
    /// 0-based frame of the clip.
    package let frame: Int

    package init(isBackward: Bool, frame: Int) {
        self.isBackward = isBackward
        self.frame = frame
    }
}
