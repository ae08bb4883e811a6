import Imaging
import Masks
import Media

/// Size of the pictures `MaskPropagator` works on, and its gaps. The most important are measured in the tests'
/// PropagationConstants.md.
package enum PropagatorConstants {
    /// Pixels of the pictures worked on; larger clips are reduced by a whole number. More keeps thin limbs, and costs
    /// time and memory in proportion.
    package static let maximumPixels = 600_000
    /// Frames in a row without a mask that sampling does without: the frames sampled for a caption lie further apart.
    package static let longestGap = 8
    /// Divisor of the frames of the clip that gives the gap sampling does without in a long one.
    package static let gapPart = 8
}

/// Propagates given masks to all frames of a clip, forwards and backwards, without a model: dense optical flow moves
/// them, the object's colours, as a whole and at each place, and what differs from the background correct them, and
/// neighbours agree up to edges. A track that loses its object pauses, and goes on when the object shows up again close
/// by.
///
/// All tracks share the flow and the background, so time grows with frames and little with tracks. Memory is a window
/// of 65 working pictures (and 64 more on the way back) plus a few hundred bytes for each propagated mask.
package struct MaskPropagator: MaskTracker {
    /// Pixels of the pictures worked on; larger clips are reduced by a whole number.
    package var maximumPixels = PropagatorConstants.maximumPixels

    package init() {}

    /// True if samples of a track need more masks than are given: the masks leave a gap of more than 8 frames and an
    /// eighth of the clip. Masks on every n-th frame of a clip need no others.
    /// - Parameter part: the frames of the clip, or of the part of it that counts, as far as known.
    package static func isNeeded(for track: TrackID, of masks: any MaskSource, in part: Range<Int>) -> Bool {
        var longest = 0, previous = part.lowerBound - 1
        for frame in masks.annotatedFrames(of: track).filter(part.contains) + [part.upperBound] {
            longest = max(longest, frame - previous - 1)
            previous = frame
        }
        return longest > max(PropagatorConstants.longestGap, part.count / PropagatorConstants.gapPart)
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
        let first = try firstFrame(of: annotations, in: known)
        try checkWayBack(clip, annotations)
        let size = WorkingSize(full: masks.size, maximumPixels: maximumPixels)
        let overlapping = try annotations.overlappingTracks()
        var fusion = DirectionFusion(size: size, annotations: annotations, overlapping: overlapping)
        func run(_ frames: any WorkingFrames, _ annotations: AnnotationReader, isBackward: Bool) throws {
            let pass = PropagationPass(frames, size: size, annotations: annotations, overlapping: overlapping)
            try pass.run { frame, tracks in
                try progress(PropagationProgress(isBackward: isBackward, frame: frame))
                try fusion.add(tracks, at: frame, isBackward: isBackward)
            }
        }

        let ahead = try ForwardFrames(clip, size: size, from: max(0, first - BackgroundConstants.reach), in: span)
        try run(ahead, annotations, isBackward: false)
        // A damaged clip may have fewer frames than masks.
        if ahead.damage == nil || first >= ahead.seen.upperBound {
            try masks.validate(width: info.width, height: info.height, frameCount: ahead.frameCount)
        }
        let part = known ?? (span == nil ? 0..<ahead.seen.upperBound : ahead.seen)
        let present = annotations.within(part)
        guard !present.allFrames.isEmpty else { throw MaskError(noMaskIn: part, path: masks.path) }

        if let last = present.startOfWayBack(in: part) {
            let range = part.lowerBound..<min(part.upperBound, last + BackgroundConstants.reach + 1)
            try run(BackwardFrames(clip, size: size, range: range), present, isBackward: true)
        }
        return PropagatedMasks(
            source: masks, given: present.frames, part: part, damage: ahead.damage, carried: fusion.resolved())
    }

    /// The first annotated frame.
    /// - Throws: `MaskError` when there is none.
    private func firstFrame(of annotations: AnnotationReader, in part: Range<Int>?) throws -> Int {
        if let first = annotations.allFrames.min() { return first }
        let path = annotations.source.path
        guard let part, !part.isEmpty else { throw MaskError(path: path, reason: .emptyMasks) }
        throw MaskError(noMaskIn: part, path: path)
    }

    /// - Throws: `MaskError` when masks have to be propagated backwards through a clip that is read once.
    private func checkWayBack(_ clip: VideoClip, _ annotations: AnnotationReader) throws {
        guard clip.isReadOnce, let late = annotations.startOfWayBack(in: 0..<Int.max) else { return }
        throw MaskError(
            path: clip.path,
            reason: .unusable(
                found: "a clip that can be read only once, and a mask on frame \(late) to be carried back from",
                expected: "a file, or masks from the first frame on"))
    }
}

extension MaskError {
    /// - Parameter part: the frames that count, not empty.
    fileprivate init(noMaskIn part: Range<Int>, path: String) {
        self.init(
            path: path,
            reason: .unusable(
                found: "no mask in frames \(part.lowerBound) to \(part.upperBound - 1)",
                expected: "one in the part of the clip that counts"))
    }
}
