import Imaging
import VideoDecoding

/// Masks for every frame of a clip: those that were given, and between and beyond them those that were propagated.
/// Memory grows with frames times tracks, a few hundred bytes for each mask, not with pictures.
package struct PropagatedMasks: MaskSource {
    package let path: String
    package let size: PictureSize
    /// All frames of the clip, or of the part of it that counts: somebody, or the propagator, looked at each.
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    /// What was wrong with the clip; nil when nothing was.
    package let damage: String?

    private let source: any MaskSource
    /// By track, the frames whose given masks were used.
    private let given: [TrackID: Set<Int>]
    private let carried: [TrackID: [Int: CarriedMask]]

    init(
        source: any MaskSource, given: [TrackID: Set<Int>], part: Range<Int>, damage: String?,
        carried: [TrackID: [Int: CarriedMask]]
    ) {
        self.damage = damage
        self.source = source
        self.given = given
        self.carried = carried
        path = source.path
        size = source.size
        annotatedFrames = Array(part)
        tracks = source.tracks.compactMap { track in
            let given = track.appearances.filter { given[track.id]?.contains($0.frame) ?? false }
            let found = (carried[track.id] ?? [:]).map {
                Track.Appearance(frame: $0.key, box: $0.value.mask.box, area: $0.value.mask.area)
            }
            let appearances = given + found
            return appearances.isEmpty ? nil : Track(id: track.id, label: track.label, appearances: appearances)
        }
    }

    package func file(of frame: Int) -> String { source.file(of: frame) }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask {
        if isGiven(track, at: frame) { return try source.mask(of: track, at: frame) }
        guard let found = carried[track]?[frame] else {
            throw MaskTrackingError(path: file(of: frame), reason: .notVisible(track, frame: frame))
        }
        return found.mask.mask
    }

    package func isGiven(_ track: TrackID, at frame: Int) -> Bool { given[track]?.contains(frame) ?? false }

    /// 1 for a given mask; how well a propagated one is supported by colour, background and area; 0 where there is none.
    package func confidence(of track: TrackID, at frame: Int) -> Float {
        isGiven(track, at: frame) ? 1 : carried[track]?[frame]?.confidence ?? 0
    }
}

/// A propagated mask.
struct CarriedMask: Sendable {
    let mask: StoredMask
    let confidence: Float
    /// Frames to the given mask it comes from.
    let distance: Int
    /// Whether that lies later in the clip.
    let isBackward: Bool
}
