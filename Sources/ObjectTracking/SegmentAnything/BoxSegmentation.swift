import Imaging
import Masks
import Media

/// Masks of detected tracks by SAM 2: each detection's box is a prompt on its frame, and masks are propagated to the frames in
/// between. Each frame with a detection is encoded once, so time grows with those frames and little with objects.
struct BoxSegmentation {
    let clip: VideoClip
    /// The selected part of the clip; nil for all.
    let span: TimeSpan?
    let model: SegmentationModel
    /// Detections; those with a mask keep it.
    let detections: [Detection]

    /// Margin, as a fraction of a box's sides, by which a mask may extend beyond it. Lower cuts off limbs that a tight box
    /// leaves out; higher includes other objects that the model finds far from its prompt.
    private static let margin = 0.1

    /// - Parameters:
    ///   - others: masks made without SAM 2, by track and frame, for frames where it finds nothing and to which nothing is
    ///     propagated.
    ///   - part: selected frames of the clip.
    ///   - progress: called with each frame; an error it throws ends the call.
    /// - Throws: `VideoError`, `MaskError`, and what `progress` throws.
    func masks(
        of tracks: [DetectedTrack], otherwise others: [TrackID: [Int: PropagatedMask]], in part: Range<Int>,
        progress: (PropagationProgress) throws -> Void
    ) throws -> [TrackID: [Int: PropagatedMask]] {
        var masks = detected(tracks, others)
        try prompt(tracks, into: &masks, progress: progress)
        let given = DetectedTrackMasks(tracks, masks, path: clip.path, size: clip.info.size, part: part)
        let isComplete = tracks.allSatisfy { track in
            masks[track.id].map { found in track.boxes.keys.allSatisfy { found[$0] != nil } } ?? true
        }
        let carried = isComplete ? nil : try MaskPropagator().propagate(clip: clip, in: span, masks: given, progress: progress)
        for track in tracks {
            for (frame, box) in track.boxes where masks[track.id]?[frame] == nil {
                let found = carried?.propagatedMask(of: track.id, at: frame)
                let fits = found.map { Rectangle($0.mask.box).overlap(with: box) >= BoxMaskConstants.overlap } ?? false
                masks[track.id, default: [:]][frame] = fits ? found : others[track.id]?[frame]
            }
        }
        return masks
    }

    /// Masks that came with the detections.
    private func detected(
        _ tracks: [DetectedTrack], _ others: [TrackID: [Int: PropagatedMask]]
    ) -> [TrackID: [Int: PropagatedMask]] {
        var masks: [TrackID: [Int: PropagatedMask]] = [:]
        for track in tracks {
            for (frame, place) in track.detections where detections[place].mask != nil {
                masks[track.id, default: [:]][frame] = others[track.id]?[frame]
            }
        }
        return masks
    }

    /// Prompts SAM 2 with the boxes of the other detections.
    private func prompt(
        _ tracks: [DetectedTrack], into masks: inout [TrackID: [Int: PropagatedMask]],
        progress: (PropagationProgress) throws -> Void
    ) throws {
        var prompts: [Int: [(track: TrackID, box: BoundingBox)]] = [:]
        for track in tracks {
            for (frame, place) in track.detections {
                guard detections[place].mask == nil, let box = detections[place].box.pixels(in: clip.info.size) else { continue }
                prompts[frame, default: []].append((track.id, box))
            }
        }
        guard !prompts.isEmpty else { return }
        let frames = try clip.frames(Set(prompts.keys), in: span)
        while let frame = try frames.next() {
            guard let prompts = prompts[frame.index] else { continue }
            try progress(PropagationProgress(.finding, frame: frame.index))
            for (prompt, found) in zip(prompts, try model.masks(of: prompts.map(\.box), in: frame.image())) {
                guard let found else { continue }
                masks[prompt.track, default: [:]][frame.index] = PropagatedMask(
                    found.mask.part(inside: prompt.box.enlarged(by: Self.margin)), confidence: found.expectedIoU, isBackward: false)
            }
        }
    }
}

extension BoundingBox {
    fileprivate func enlarged(by share: Double) -> BoundingBox {
        let x = Int(Double(width) * share), y = Int(Double(height) * share)
        return BoundingBox(left: left - x, top: top - y, width: width + 2 * x, height: height + 2 * y)
    }
}

extension Mask {
    fileprivate func part(inside box: BoundingBox) -> Mask {
        var inside = [UInt8](repeating: 0, count: pixels.count)
        box.intersection(BoundingBox(left: 0, top: 0, width: width, height: height))?.forEachPixel { x, y in
            inside[y * width + x] = pixels[y * width + x]
        }
        return Mask(width: width, height: height, pixels: inside)
    }
}
