import Imaging
import VideoDecoding

/// Carries given masks to all frames of a clip, forwards and backwards, without a model: dense optical flow moves them,
/// the object's colours and what differs from the background correct them, and neighbours agree up to edges. A track
/// that loses its object pauses, and goes on when the object shows up again close by.
///
/// All tracks share the flow and the background, so time grows with frames and little with tracks. Memory is a window of
/// 65 working pictures (and 64 more on the way back) plus a few hundred bytes for each propagated mask.
package struct MaskPropagator: Sendable {
    /// Pixels of the pictures worked on; larger clips are reduced by a whole number.
    package var maximumPixels = 600_000

    package init() {}

    /// Whether samples of a clip need more masks than are given: somewhere more than 8 frames, and more than an eighth of
    /// the clip, go by without one. Masks on every n-th frame of a clip do for themselves.
    /// - Parameter frameCount: frames in the clip, as far as known.
    package static func isNeeded(for masks: any MaskSource, frameCount: Int) -> Bool {
        var longest = 0, previous = -1
        for frame in masks.annotatedFrames + [frameCount] {
            longest = max(longest, frame - previous - 1)
            previous = frame
        }
        return longest > max(8, frameCount / 8)
    }

    /// How far it is.
    package struct Progress: Sendable {
        package let isBackward: Bool
        /// 0-based frame of the clip.
        package let frame: Int
    }

    /// - Parameters:
    ///   - clip: path of a video.
    ///   - masks: the given masks. A frame of theirs that does not show a track says that the track is not there.
    ///   - frames: the annotated frames to use; nil for all.
    ///   - progress: told of each frame; what it throws ends the call.
    /// - Throws: `VideoError`, `MaskTrackingError` when clip and masks do not fit, and what `progress` throws.
    package func propagate(
        clip: String, masks: any MaskSource, frames: Set<Int>? = nil, progress: (Progress) throws -> Void = { _ in }
    ) throws -> PropagatedMasks {
        let info = try VideoDecoder(path: clip).info
        try masks.validate(width: info.width, height: info.height, frameCount: nil)
        let given = Set(masks.annotatedFrames).intersection(frames ?? Set(masks.annotatedFrames))
        let annotations = AnnotationReader(source: masks, frames: given)
        guard let first = given.min() else {
            throw MaskTrackingError(path: masks.path, reason: .emptyMasks)
        }
        let size = WorkingSize(full: masks.size, maximumPixels: maximumPixels)
        let overlapping = try annotations.overlappingTracks()
        var fusion = DirectionFusion(size: size, given: given)

        let ahead = try ForwardFrames(path: clip, size: size, from: max(0, first - BackgroundModel.reach))
        let forward = PropagationPass(ahead, size: size, annotations: annotations, overlapping: overlapping)
        try forward.run(from: first) { frame, tracks in
            try progress(Progress(isBackward: false, frame: frame))
            fusion.add(tracks, at: frame, isBackward: false)
        }
        if ahead.damage == nil || first >= ahead.count { try masks.validate(width: info.width, height: info.height, frameCount: ahead.count) }

        let present = given.filter { $0 < ahead.count }  // a damaged clip may have fewer frames than masks
        if let last = present.max(), present.count < last + 1 {  // a frame before the last given one has no mask
            let behind = BackwardFrames(path: clip, size: size, from: min(ahead.count - 1, last + BackgroundModel.reach))
            let backward = PropagationPass(behind, size: size, annotations: annotations, overlapping: overlapping)
            try backward.run(from: last) { frame, tracks in
                try progress(Progress(isBackward: true, frame: frame))
                fusion.add(tracks, at: frame, isBackward: true)
            }
        }
        return PropagatedMasks(
            source: masks, givenFrames: present, frameCount: ahead.count, damage: ahead.damage,
            carried: fusion.resolved(overlapping: overlapping))
    }
}
