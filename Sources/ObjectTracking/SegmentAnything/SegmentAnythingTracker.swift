import Imaging
import Masks
import Media
import SegmentAnything

/// Tracks with SAM 2, under the same interface as the tracker without a model: from masks, or from points and boxes. Prompts are
/// applied frame by frame, each on top of what was tracked so far. Then the clip is processed forwards from the first prompted
/// frame and backwards from there, like with the original's predictor. For a long clip, only memories in reach of the next
/// frames are kept.
struct SegmentAnythingTracker: MaskTracker {
    let model: SegmentAnythingVideoModel
    /// True if a pixel belongs to at most one object.
    let separatesObjects: Bool
    /// Bytes of cached image features for frames that are visited several times.
    let featureBytes: Int

    func propagate(
        clip: VideoClip, in span: TimeSpan?, masks: any MaskSource, frames: Set<Int>?,
        progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks {
        let pictures = try ClipPictureReader(clip, in: span), part = pictures.part
        // A damaged clip may have fewer frames than the masks.
        try masks.validate(
            width: pictures.width, height: pictures.height,
            frameCount: clip.frameCount ?? (span == nil && pictures.damage == nil ? part.upperBound : nil))
        let predictor = predictor(pictures), tracks = masks.tracks.map(\.id)
        let empty = Mask(
            width: pictures.width, height: pictures.height, pixels: Array(repeating: 0, count: pictures.width * pictures.height))
        var given: [TrackID: Set<Int>] = [:], followed: Set<TrackID> = []
        for track in masks.tracks {
            let used = masks.annotatedFrames(of: track.id).filter { part.contains($0) && frames?.contains($0) ?? true }
            given[track.id] = Set(used)
            // A track without a visible mask among the used ones is not tracked.
            if used.contains(where: { track.appearance(at: $0) != nil }) { followed.insert(track.id) }
        }
        let marked = Set(given.filter { followed.contains($0.key) }.values.joined()).sorted()
        guard let first = marked.first else {
            throw MaskError(path: masks.path, reason: .emptyMasks)
        }
        // Frame by frame, so that each is encoded once. Features are kept for frames on which a track is propagated while others
        // have given masks.
        predictor.keepFeatures(of: Set(marked.filter { frame in
            followed.contains { !(given[$0]?.contains(frame) ?? false) }
        }.map { $0 - part.lowerBound }))
        for frame in marked {
            for (index, track) in masks.tracks.enumerated()
            where followed.contains(track.id) && given[track.id]?.contains(frame) ?? false {
                let isShown = track.appearance(at: frame) != nil
                try predictor.add(isShown ? masks.mask(of: track.id, at: frame) : empty, at: frame - part.lowerBound, object: index)
            }
            try progress(PropagationProgress(isBackward: false, frame: frame))
        }
        let carried = try track(predictor, tracks, pictures, from: first, progress) { frame in
            guard separatesObjects else { return (Set(given.filter { $0.value.contains(frame) }.keys), []) }
            let present = masks.tracks.filter { given[$0.id]?.contains(frame) ?? false }
            let shown = try present.filter { $0.appearance(at: frame) != nil }.map { try masks.mask(of: $0.id, at: frame) }
            return (Set(present.map(\.id)), shown)
        }
        var result = PropagatedMasks(
            path: masks.path, size: masks.size, source: masks, given: given, part: part, damage: pictures.damage, carried: carried)
        result.notes = notes(predictor)
        return result
    }

    /// - Parameters:
    ///   - prompts: prompts of each object, on any frames, at least one of them positive; among those on one frame for one
    ///     object, at most one may have a box.
    ///   - progress: called with each frame; an error it throws ends the call.
    /// - Throws: `VideoError`, `InputError` for a prompt outside the clip or its image and for an object with only negative
    ///   points, and what `progress` throws.
    func propagate(
        clip: VideoClip, in span: TimeSpan?, prompts: [ObjectPrompt], progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks {
        let pictures = try ClipPictureReader(clip, in: span), part = pictures.part
        let predictor = predictor(pictures)
        let tracks = Array(Set(prompts.map(\.object))).sorted()
        let frames = Set(prompts.map(\.frame)).sorted()
        if let outside = frames.first(where: { !part.contains($0) }) {
            throw InputError(
                .invalid,
                "\(clip.path): found a prompt on frame \(outside), expected one from \(part.lowerBound) to \(part.upperBound - 1)")
        }
        let regions = frames.flatMap { frame in
            tracks.enumerated().compactMap { index, track in
                let here = prompts.filter { $0.frame == frame && $0.object == track }.map(\.region)
                return here.isEmpty ? nil : FramePrompt(
                    frame: frame - part.lowerBound, object: index,
                    PicturePrompt(points: here.flatMap(\.points), box: here.compactMap(\.box).first))
            }
        }
        do {
            _ = try predictor.add(inOrder: regions) { frame, _ in
                try progress(PropagationProgress(isBackward: false, frame: part.lowerBound + frame))
            }
        } catch let error as PicturePromptError {
            throw InputError(.invalid, "\(clip.path): \(error)")
        } catch let error as VideoPromptError {
            throw InputError(error == .empty ? .usage : .invalid, "\(clip.path): \(error)")
        }
        let carried = try track(
            predictor, tracks, pictures, from: frames.first ?? part.lowerBound, progress) { _ in ([], []) }
        var result = PropagatedMasks(
            path: clip.path, size: clip.info.size, source: nil, given: [:], part: part, damage: pictures.damage,
            carried: carried)
        result.notes = notes(predictor)
        return result
    }

    private func notes(_ predictor: SegmentAnythingVideoPredictor) -> [String] {
        let again = predictor.encodings - predictor.encodedFrames.count
        guard again > 0 else { return [] }
        return ["frames were encoded \(again) times more than once each: their features take more than the \(featureBytes >> 20) MB kept"]
    }

    private func predictor(_ pictures: ClipPictureReader) -> SegmentAnythingVideoPredictor {
        var settings = VideoSettings()
        settings.separatesObjects = separatesObjects
        settings.keepsEverything = false
        settings.featureBytes = featureBytes
        return SegmentAnythingVideoPredictor(model, pictures: pictures, settings: settings)
    }

    /// Runs both directions through the clip.
    /// - Parameter given: the tracks with given masks in a frame, and masks there that must not be overwritten.
    private func track(
        _ predictor: SegmentAnythingVideoPredictor, _ tracks: [TrackID], _ pictures: ClipPictureReader, from first: Int,
        _ progress: (PropagationProgress) throws -> Void, given: (Int) throws -> (Set<TrackID>, [Mask])
    ) throws -> [TrackID: [Int: PropagatedMask]] {
        var carried: [TrackID: [Int: PropagatedMask]] = [:]
        for isBackward in [false, true] {
            let base = pictures.part.lowerBound
            try predictor.propagate(from: first - base, reversed: isBackward) { index, found in
                let frame = base + index
                if frame != first { predictor.releaseFeatures(of: index) }
                try progress(PropagationProgress(isBackward: isBackward, frame: frame))
                // Backward tracking starts at the same frame as forward tracking.
                guard !isBackward || frame != first else { return }
                let (known, others) = try given(frame)
                for object in found where !known.contains(tracks[object.object]) {
                    carried[tracks[object.object], default: [:]][frame] = PropagatedMask(
                        object.mask, confidence: object.output.estimatedIoU, isBackward: isBackward, besides: others)
                }
            }
        }
        return carried
    }
}
