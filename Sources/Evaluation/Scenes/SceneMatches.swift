import Masks
import ObjectTracking

/// Matching of a clip's detected tracks with its true objects by their masks.
package struct SceneMatches {
    /// Minimum mean IoU, over the frames that show the true object, for a match.
    private static let overlap = 0.5
    /// Minimum share of a track's pixels on true objects; below it the track shows nothing real.
    private static let shown = 0.5

    /// Detected track by true object.
    package private(set) var pairs: [TrackID: TrackID] = [:]
    /// Number of tracks that show nothing real.
    package private(set) var falseTracks = 0

    /// - Throws: `MaskError` if a mask cannot be read.
    package init(truth: any MaskSource, found: any MaskSource) throws {
        let frames = truth.annotatedFrames, rows = truth.tracks, columns = found.tracks
        let sides = try frames.map { (truth: try truth.masks(at: $0), found: try found.masks(at: $0)) }
        var overlaps = [Double](repeating: 0, count: rows.count * columns.count)
        for side in sides {
            for (row, mask) in side.truth {
                for (column, other) in side.found { overlaps[row * columns.count + column] += mask.similarity(to: other) }
            }
        }
        let costs = overlaps.enumerated().map { place, sum in
            1 - sum / Double(max(1, rows[place / columns.count].appearances.count))
        }
        for pair in Assignment.pairs(costs: costs, columns: columns.count, limit: (1 - Self.overlap).nextUp) {
            pairs[rows[pair.row].id] = columns[pair.column].id
        }
        let paired = Set(pairs.values)
        falseTracks = columns.indices.count { column in
            guard !paired.contains(columns[column].id) else { return false }
            var pixels = 0, common = 0
            for side in sides {
                guard let mask = side.found[column] else { continue }
                pixels += mask.area
                common += side.truth.values.reduce(0) { $0 + $1.commonPixels(with: mask) }
            }
            return Double(common) < Self.shown * Double(pixels)
        }
    }
}

extension MaskSource {
    /// Masks of a frame by track index.
    fileprivate func masks(at frame: Int) throws -> [Int: StoredMask] {
        var masks: [Int: StoredMask] = [:]
        for (place, track) in tracks.enumerated() where track.appearance(at: frame) != nil {
            masks[place] = try storedMask(of: track.id, at: frame)
        }
        return masks
    }
}
