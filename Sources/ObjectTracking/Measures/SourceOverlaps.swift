import Imaging
import Masks

extension OverlapTable {
    /// Compares masks frame by frame, and keeps none of them.
    /// - Parameter frames: those that count, ascending.
    /// - Throws: `MaskError` when sizes differ or a mask cannot be read.
    package init(truth: any MaskSource, found: any MaskSource, frames: [Int]) throws {
        try truth.validate(width: found.size.width, height: found.size.height, frameCount: nil)
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
    /// The boxes around a track's masks.
    package init(_ track: Track) {
        self.init(
            id: track.id,
            places: Dictionary(uniqueKeysWithValues: track.appearances.map { ($0.frame, Rectangle($0.box)) }))
    }
}
