import Imaging
import Masks

extension TrackingScores {
    /// Scores found masks by those of a reference, or their boxes by a reference's boxes where it has no masks.
    /// - Parameters:
    ///   - boxes: the reference's boxes as its file has them; nil for masks.
    ///   - frames: those that count, ascending; given masks among the found ones count like others.
    /// - Throws: `MaskError` when sizes differ or a mask cannot be read.
    package init(found: any MaskSource, reference: any MaskSource, boxes: DetectionSet?, frames: [Int]) throws {
        try reference.validate(width: found.size.width, height: found.size.height, frameCount: nil)
        if let boxes {
            let known = Set(frames)
            self.init(truth: Trajectory.all(boxes, frames: known), found: found.tracks.map { track in
                Trajectory(track, frames: known) { found.fullBox(of: track.id, at: $0) }
            })
        } else {
            self.init(try OverlapTable(truth: reference, found: found, frames: frames))
        }
    }
}

extension OverlapTable {
    /// Compares masks of the same size frame by frame, and keeps none of them.
    /// - Parameter frames: those that count, ascending.
    /// - Throws: `MaskError` when a mask cannot be read.
    package init(truth: any MaskSource, found: any MaskSource, frames: [Int]) throws {
        self.init(truthTracks: truth.tracks.count, foundTracks: found.tracks.count)
        for frame in frames { append(truth: try truth.storedMasks(at: frame), found: try found.storedMasks(at: frame)) }
    }
}

extension MaskSource {
    /// Masks of all tracks; nil for those that are not to be seen.
    fileprivate func storedMasks(at frame: Int) throws -> [StoredMask?] {
        try tracks.map { track in
            try track.appearance(at: frame).flatMap { _ in StoredMask(try mask(of: track.id, at: frame)) }
        }
    }
}

extension Trajectory where Place == Rectangle {
    /// Boxes of each identity, ascending by it.
    /// - Parameter frames: those that count.
    fileprivate static func all(_ set: DetectionSet, frames: Set<Int>) -> [Trajectory] {
        var places: [TrackID: [Int: Rectangle]] = [:]
        for detection in set.detections where frames.contains(detection.frame) {
            guard let id = detection.identity else { continue }
            places[id, default: [:]][detection.frame] = detection.box
        }
        return places.sorted { $0.key < $1.key }.map { Trajectory(id: $0.key, places: $0.value) }
    }

    /// The boxes around a track's masks.
    /// - Parameters:
    ///   - frames: those that count.
    ///   - full: the box around the whole object at a frame; nil where that of the mask counts.
    package init(_ track: Track, frames: Set<Int>, full: (_ frame: Int) -> BoundingBox? = { _ in nil }) {
        let shown = track.appearances.filter { frames.contains($0.frame) }
        self.init(
            id: track.id, places: Dictionary(uniqueKeysWithValues: shown.map { ($0.frame, Rectangle(full($0.frame) ?? $0.box)) }))
    }
}
