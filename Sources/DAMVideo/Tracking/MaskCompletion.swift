import MaskTracking
import VideoDecoding

/// Given masks, or, where they are too few to sample a clip from, those propagated to all its frames.
struct MaskCompletion {
    let sampling: FrameSampling
    /// Samples per caption.
    let frames: Int

    /// - Parameters:
    ///   - tracks: those that are sampled; nil for all.
    ///   - onFrame: called for each frame of each way through the clip.
    /// - Throws: `VideoError`, `MaskTrackingError` when clip and masks do not fit, and what `onFrame` throws.
    func callAsFunction(
        _ masks: any MaskSource, clip: String, tracks: [TrackID]?, onFrame: (MaskPropagator.Progress) throws -> Void
    ) throws -> any MaskSource {
        let info = try VideoDecoder(path: clip).info
        try masks.validate(width: info.width, height: info.height, frameCount: info.declaredFrames)
        let estimate = info.duration.map { min($0 * info.frameRate, 1e7) }.map { Int($0) }
        let count = info.declaredFrames ?? estimate ?? (masks.annotatedFrames.last ?? 0) + 1
        let tracks = tracks ?? masks.tracks.map(\.id)
        guard tracks.contains(where: { needsMore($0, of: masks, in: 0..<count) }) else { return masks }
        return try MaskPropagator().propagate(clip: clip, masks: masks, progress: onFrame)
    }

    private func needsMore(_ track: TrackID, of masks: any MaskSource, in part: Range<Int>) -> Bool {
        switch sampling {
        case .track: MaskPropagator.isNeeded(for: track, of: masks, in: part)
        case .clip: !FrameSampler.frames(.clip, visible: [], in: part, count: frames).allSatisfy { masks.isGiven(track, at: $0) }
        }
    }
}
