import Imaging
import Masks
import Media

/// Carries given masks to all frames of a clip, forwards and backwards, without a model: dense optical flow moves them,
/// the object's colours, as a whole and at each place, and what differs from the background correct them, and neighbours
/// agree up to edges. A track that loses its object pauses, and goes on when the object shows up again close by.
///
/// All tracks share the flow and the background, so time grows with frames and little with tracks. Memory is a window of
/// 65 working pictures (and 64 more on the way back) plus a few hundred bytes for each propagated mask.
package struct MaskPropagator: MaskTracker {
    /// Pixels of the pictures worked on; larger clips are reduced by a whole number.
    package var maximumPixels = 600_000

    package init() {}

    /// Whether samples of a track need more masks than are given: somewhere more than 8 frames, and more than an eighth of
    /// the clip, go by without an annotation of its own. Masks on every n-th frame of a clip do for themselves.
    /// - Parameter part: the frames of the clip, or of the part of it that counts, as far as known.
    package static func isNeeded(for track: TrackID, of masks: any MaskSource, in part: Range<Int>) -> Bool {
        var longest = 0, previous = part.lowerBound - 1
        for frame in masks.annotatedFrames(of: track).filter(part.contains) + [part.upperBound] {
            longest = max(longest, frame - previous - 1)
            previous = frame
        }
        return longest > max(8, part.count / 8)
    }

    /// Pixels of the pictures that a clip's become.
    package func workingPixels(of clip: PictureSize) -> Int {
        let size = WorkingSize(full: clip, maximumPixels: maximumPixels)
        return size.width * size.height
    }

    package func propagate(
        clip: VideoClip, in span: TimeSpan? = nil, masks: any MaskSource, frames: Set<Int>? = nil,
        progress: (PropagationProgress) throws -> Void = { _ in }
    ) throws -> PropagatedMasks {
        let info = clip.info, known = span.flatMap(clip.frameNumbers)
        try masks.validate(width: info.width, height: info.height, frameCount: clip.frameCount)
        let annotations = AnnotationReader(masks) { frames?.contains($0) ?? true && known?.contains($0) ?? true }
        func nothingThere(_ part: Range<Int>) -> MaskError {
            MaskError(
                path: masks.path,
                reason: .unusable(
                    found: "no mask in frames \(part.lowerBound) to \(part.upperBound - 1)",
                    expected: "one in the part of the clip that counts"))
        }
        guard let first = annotations.allFrames.min() else {
            throw known.map { $0.isEmpty ? MaskError(path: masks.path, reason: .emptyMasks) : nothingThere($0) }
                ?? MaskError(path: masks.path, reason: .emptyMasks)
        }
        if clip.isReadOnce, let late = annotations.startOfWayBack(in: 0..<Int.max) {
            throw MaskError(
                path: clip.path,
                reason: .unusable(
                    found: "a clip that can be read only once, and a mask on frame \(late) to be carried back from",
                    expected: "a file, or masks from the first frame on"))
        }
        let size = WorkingSize(full: masks.size, maximumPixels: maximumPixels)
        let overlapping = try annotations.overlappingTracks()
        var fusion = DirectionFusion(size: size, annotations: annotations, overlapping: overlapping)

        let ahead = try ForwardFrames(clip, size: size, from: max(0, first - BackgroundModel.reach), in: span)
        let forward = PropagationPass(ahead, size: size, annotations: annotations, overlapping: overlapping)
        try forward.run { frame, tracks in
            try progress(PropagationProgress(isBackward: false, frame: frame))
            try fusion.add(tracks, at: frame, isBackward: false)
        }
        // A damaged clip may have fewer frames than masks.
        if ahead.damage == nil || first >= ahead.seen.upperBound {
            try masks.validate(width: info.width, height: info.height, frameCount: ahead.frameCount)
        }
        let part = known ?? (span == nil ? 0..<ahead.seen.upperBound : ahead.seen)
        let present = annotations.within(part)
        guard !present.allFrames.isEmpty else { throw nothingThere(part) }

        if let last = present.startOfWayBack(in: part) {
            let range = part.lowerBound..<min(part.upperBound, last + BackgroundModel.reach + 1)
            let behind = BackwardFrames(clip, size: size, range: range)
            let backward = PropagationPass(behind, size: size, annotations: present, overlapping: overlapping)
            try backward.run { frame, tracks in
                try progress(PropagationProgress(isBackward: true, frame: frame))
                try fusion.add(tracks, at: frame, isBackward: true)
            }
        }
        return PropagatedMasks(
            source: masks, given: present.frames, part: part, damage: ahead.damage, carried: fusion.resolved())
    }
}
