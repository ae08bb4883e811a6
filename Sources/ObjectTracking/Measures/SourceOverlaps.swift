import Imaging
import Masks

extension TrackingScores {
    /// Scores found masks against a reference, or their boxes if the reference has only boxes.
    /// - Parameters:
    ///   - boxes: the reference's boxes as stored in its file; nil for masks.
    ///   - frames: selected frames, ascending; given masks among the found ones count like others.
    /// - Throws: `MaskError` if sizes differ or a mask cannot be read.
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
    /// Compares masks of the same size frame by frame, without keeping them.
    /// - Parameter frames: selected frames, ascending.
    /// - Throws: `MaskError` if a mask cannot be read.
    package init(truth: any MaskSource, found: any MaskSource, frames: [Int]) throws {
        self.init(truthTracks: truth.tracks.count, foundTracks: found.tracks.count)
        for frame in frames { append(truth: try truth.storedMasks(at: frame), found: try found.storedMasks(at: frame)) }
    }
}

extension MaskSource {
    /// Masks of all tracks; nil for those that are not visible.
    fileprivate func storedMasks(at frame: Int) throws -> [StoredMask?] {
        try tracks.map { track in
            try track.appearance(at: frame).flatMap { _ in StoredMask(try mask(of: track.id, at: frame)) }
        }
    }
}

extension Trajectory where Place == Rectangle {
    /// Boxes of each identity, in ascending order.
    /// - Parameter frames: selected frames.
    fileprivate static func all(_ set: DetectionSet, frames: Set<Int>) -> [Trajectory] {
        var places: [TrackID: [Int: Rectangle]] = [:]
        for detection in set.detections where frames.contains(detection.frame) {
            guard let id = detection.identity else { continue }
            places[id, default: [:]][detection.frame] = detection.box
        }
        return places.sorted { $0.key < $1.key }.map { Trajectory(id: $0.key, places: $0.value) }
    }

    /// Creates a trajectory of the bounding boxes of a track's masks.
    /// - Parameters:
    ///   - frames: selected frames.
    ///   - full: the box of the whole object in a frame; nil to use that of the mask.
    package init(_ track: Track, frames: Set<Int>, full: (_ frame: Int) -> BoundingBox? = { _ in nil }) {
        let shown = track.appearances.filter { frames.contains($0.frame) }
        self.init(
            id: track.id, places: Dictionary(uniqueKeysWithValues: shown.map { ($0.frame, Rectangle(full($0.frame) ?? $0.box)) }))
    }
}
