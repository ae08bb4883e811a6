import Imaging
import VideoDecoding

/// Masks for every frame of a clip: those that were given, and between and beyond them those that were propagated.
/// Memory grows with frames times tracks, a few hundred bytes for each mask, not with pictures.
package struct PropagatedMasks: MaskSource {
    package let path: String
    package let size: PictureSize
    /// All frames of the clip: somebody, or the propagator, looked at each.
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    /// What was wrong with the clip; nil when nothing was.
    package let damage: String?

    private let source: any MaskSource
    /// The frames whose given masks were used.
    private let givenFrames: Set<Int>
    private let carried: [TrackID: [Int: CarriedMask]]

    init(
        source: any MaskSource, givenFrames: Set<Int>, frameCount: Int, damage: String?,
        carried: [TrackID: [Int: CarriedMask]]
    ) {
        self.damage = damage
        self.source = source
        self.givenFrames = givenFrames
        self.carried = carried
        path = source.path
        size = source.size
        annotatedFrames = Array(0..<frameCount)
        tracks = source.tracks.compactMap { track in
            let given = track.appearances.filter { givenFrames.contains($0.frame) }
            let found = (carried[track.id] ?? [:]).map {
                Track.Appearance(frame: $0.key, box: $0.value.mask.box, area: $0.value.mask.area)
            }
            let appearances = given + found
            return appearances.isEmpty ? nil : Track(id: track.id, label: track.label, appearances: appearances)
        }
    }

    package func file(of frame: Int) -> String { source.file(of: frame) }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask {
        if givenFrames.contains(frame) { return try source.mask(of: track, at: frame) }
        guard let found = carried[track]?[frame] else {
            throw MaskTrackingError(path: file(of: frame), reason: .notVisible(track, frame: frame))
        }
        return found.mask.mask
    }

    /// Whether a frame's masks were given, rather than propagated.
    package func isGiven(_ frame: Int) -> Bool { givenFrames.contains(frame) }

    /// 1 for a given mask; how well a propagated one is supported by colour, background and area; 0 where there is none.
    package func confidence(of track: TrackID, at frame: Int) -> Float {
        givenFrames.contains(frame) ? 1 : carried[track]?[frame]?.confidence ?? 0
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
