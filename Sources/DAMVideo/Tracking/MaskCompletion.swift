import MaskTracking
import VideoDecoding

/// Given masks, or, where they are too few to sample a clip from, those propagated to all its frames.
struct MaskCompletion {
    let sampling: FrameSampling
    /// Samples per caption.
    let frames: Int

    /// - Parameter onFrame: called for each frame of each way through the clip.
    /// - Throws: `VideoError`, `MaskTrackingError` when clip and masks do not fit, and what `onFrame` throws.
    func callAsFunction(
        _ masks: any MaskSource, clip: String, onFrame: (MaskPropagator.Progress) throws -> Void
    ) throws -> any MaskSource {
        let info = try VideoDecoder(path: clip).info
        try masks.validate(width: info.width, height: info.height, frameCount: info.declaredFrames)
        let estimate = info.duration.map { min($0 * info.frameRate, 1e7) }.map { Int($0) }
        let count = info.declaredFrames ?? estimate ?? (masks.annotatedFrames.last ?? 0) + 1
        guard needsMore(masks, frameCount: count) else { return masks }
        return try MaskPropagator().propagate(clip: clip, masks: masks, progress: onFrame)
    }

    private func needsMore(_ masks: any MaskSource, frameCount: Int) -> Bool {
        switch sampling {
        case .track:
            return MaskPropagator.isNeeded(for: masks, frameCount: frameCount)
        case .clip:
            let sampled = FrameSampler.positions(in: frameCount, count: frames)
            return !Set(masks.annotatedFrames).isSuperset(of: sampled)
        }
    }
}
