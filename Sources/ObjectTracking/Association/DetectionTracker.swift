import Imaging
import Masks
import Media

/// Tracks objects through a clip by external detections.
package struct DetectionTracker {
    let clip: VideoClip
    /// The same clip, opened a second time; nil to go without the background, as for a clip that can be read only once.
    let ahead: VideoClip?
    let span: TimeSpan?
    let detections: DetectionSet
    let filter: DetectionFilter

    /// - Parameters:
    ///   - ahead: the same clip, opened a second time to estimate the background; nil to go without.
    ///   - span: the selected part of the clip; nil for all.
    package init(
        clip: VideoClip, ahead: VideoClip?, span: TimeSpan?, detections: DetectionSet, filter: DetectionFilter = DetectionFilter()
    ) {
        self.clip = clip
        self.ahead = ahead
        self.span = span
        self.detections = detections
        self.filter = filter
    }

    /// Tracks and masks of a clip's detections.
    package struct Found: Sendable {
        /// In order of their ids.
        package let tracks: [DetectedTrack]
        /// By track and frame, at the clip's size.
        package let masks: [TrackID: [Int: PropagatedMask]]
        /// Fate of each detection, in order.
        package let fates: [DetectionFate]
        /// Selected frames of the clip.
        package let part: Range<Int>
        /// Damage of the clip; nil if there is none.
        package let damage: String?
        /// Number of frames in the clip; nil if the selected part ended before it.
        package let frameCount: Int?
    }

    /// - Parameter progress: called with each frame; an error it throws ends the call.
    /// - Throws: `VideoError`, and what `progress` throws.
    package func track(progress: (Int) throws -> Void) throws -> Found {
        let times = try times()
        let expected = (times.first?.number ?? 0)..<(times.last?.number ?? -1) + 1
        let looked = LookedFrames(detections, part: expected).frames, numbers = Set(looked)
        var linking = DetectionLinking(detections.detections, frames: times, looked: looked, filter: filter, picture: clip.info.size)
        let size = WorkingSize(full: clip.info.size, maximumPixels: PropagatorConstants.maximumPixels)
        var reader = CueReader(size: size, series: try ahead.map { try SceneSeries($0, size: size, in: span) })
        let frames = try clip.frames(in: span)
        var part = 0..<0
        while let frame = try frames.next() {
            try progress(frame.index)
            part = (part.isEmpty ? frame.index : part.lowerBound)..<frame.index + 1
            let isLooked = numbers.contains(frame.index)
            guard isLooked || ahead != nil else { continue }
            let cues = try reader.cues(
                of: WorkingFrame(index: frame.index, image: try frame.image(), size: size), time: frame.time, isLooked: isLooked,
                hasDetections: linking.wants(frame.index))
            if isLooked { linking.add(frame.index, time: frame.time, cues: cues) }
        }
        let found = linking.finished()
        return Found(
            tracks: found.tracks, masks: masks(of: found.tracks, size, reader.foregrounds), fates: found.fates, part: part,
            damage: frames.damage, frameCount: frames.frameCount)
    }

    /// Numbers and times of the selected frames. Decodes the clip if they are not known otherwise.
    private func times() throws -> [FrameTime] {
        let numbers = span.map(clip.frameNumbers) ?? clip.frameCount.map { 0..<$0 }
        if let numbers {
            let times = numbers.compactMap { number in clip.time(ofFrame: number).map { FrameTime(number: number, time: $0) } }
            if times.count == numbers.count { return times }
        }
        // A clip that can be read only once is assumed to have its nominal frame rate.
        if clip.isReadOnce {
            let last = detections.detections.last?.frame ?? -1
            return (0..<last + 1).map { FrameTime(number: $0, time: Double($0) / clip.info.frameRate) }.filter { frame in
                span.map { $0.start <= frame.time && frame.time < $0.end } ?? true
            }
        }
        var times: [FrameTime] = []
        let frames = try clip.frames(in: span)
        while let frame = try frames.next() { times.append(FrameTime(number: frame.index, time: frame.time)) }
        return times
    }

    private func masks(
        of tracks: [DetectedTrack], _ size: WorkingSize, _ foregrounds: [Int: StoredMask]
    ) -> [TrackID: [Int: PropagatedMask]] {
        typealias Constant = BoxMaskConstants
        var masks: [TrackID: [Int: PropagatedMask]] = [:], shown: [Int: [DetectedTrack]] = [:]
        for track in tracks {
            for frame in track.boxes.keys { shown[frame, default: []].append(track) }
        }
        for (frame, tracks) in shown {
            let boxes = tracks.compactMap { $0.boxes[frame] }
            let found = BoxMasks(size: size, foreground: foregrounds[frame]).masks(of: boxes)
            for (track, made) in zip(tracks, found) {
                let detection = track.detections[frame]
                let own = detection.flatMap { detections.detections[$0].mask }
                guard let mask = own ?? made?.mask else { continue }
                let confidence = own != nil ? Constant.detected : made?.isSeen ?? false ? Constant.foreground : Constant.drawn
                masks[track.id, default: [:]][frame] = PropagatedMask(
                    mask: mask, confidence: detection == nil ? confidence / 2 : confidence, distance: 0, isBackward: false)
            }
        }
        return masks
    }
}

extension DetectionTracker {
    /// Masks of the tracks, with the fates of the detections.
    /// - Parameters:
    ///   - segmentation: SAM 2, for masks of boxes without one; nil to go without.
    ///   - separatesObjects: true if a pixel belongs to at most one object.
    /// - Throws: as `track`.
    func masks(
        segmentation: SegmentationModel? = nil, separatesObjects: Bool = false, progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks {
        let found = try track { try progress(PropagationProgress(.finding, frame: $0)) }
        var carried = found.masks
        if let segmentation {
            carried = try BoxSegmentation(clip: clip, span: span, model: segmentation, detections: detections.detections)
                .masks(of: found.tracks, otherwise: carried, in: found.part, progress: progress)
        }
        if separatesObjects { carried = PropagatedMask.separated(carried) }
        let labels = Dictionary(uniqueKeysWithValues: found.tracks.compactMap { track in track.label.map { (track.id, $0) } })
        var masks = PropagatedMasks(
            path: clip.path, size: clip.info.size, source: nil, given: [:], part: found.part, damage: found.damage,
            carried: carried, labels: labels)
        masks.fates = DetectionFates(detections.detections, found.fates)
        let outside = found.fates.count { $0 == .empty }
        if outside * 2 > found.fates.count {
            masks.notes.append(
                "\(detections.path): found \(outside) of \(found.fates.count) boxes outside of pictures of \(clip.info.size), "
                    + "as if they belonged to another clip")
        }
        if found.masks.isEmpty { masks.notes.append("\(detections.path): found no track in \(detections.detections.count) detections") }
        return masks
    }
}
