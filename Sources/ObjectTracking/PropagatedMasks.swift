import Imaging
import Masks

/// Masks for every frame of a clip: those that were given, and between and beyond them those that were propagated.
/// Memory grows with frames times tracks, a few hundred bytes for each mask, not with pictures.
package struct PropagatedMasks: MaskSource {
    package let path: String
    package let size: PictureSize
    /// All frames of the clip, or of the part of it that counts: each was annotated or propagated to.
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    /// Damage of the clip, in words; nil when there was none.
    package let damage: String?
    /// Lines to know about how they were found.
    package var notes: [String] = []
    /// Boxes around whole objects on frames where a part of them is hidden.
    var fullBoxes: [TrackID: [Int: BoundingBox]] = [:]
    /// Fates of the detections they were found by; nil for none.
    package var fates: DetectionFates?

    /// Nil when nothing was given as a mask.
    private let source: (any MaskSource)?
    /// By track, the frames whose given masks were used.
    private let given: [TrackID: Set<Int>]
    private let propagated: [TrackID: [Int: PropagatedMask]]

    init(
        source: any MaskSource, given: [TrackID: Set<Int>], part: Range<Int>, damage: String?,
        carried: [TrackID: [Int: PropagatedMask]]
    ) {
        self.init(
            path: source.path, size: source.size, source: source, given: given, part: part, damage: damage,
            carried: carried)
    }

    /// - Parameters:
    ///   - path: what messages call the masks.
    ///   - source: the given masks; nil when there were none.
    ///   - given: by track, the frames whose given masks were used.
    ///   - carried: by track and frame, the masks that were found.
    ///   - labels: of tracks that no given mask names.
    package init(
        path: String, size: PictureSize, source: (any MaskSource)?, given: [TrackID: Set<Int>], part: Range<Int>,
        damage: String?, carried: [TrackID: [Int: PropagatedMask]], labels: [TrackID: String] = [:]
    ) {
        self.damage = damage
        self.source = source
        self.given = given
        propagated = carried
        self.path = path
        self.size = size
        annotatedFrames = Array(part)
        let known = source?.tracks ?? []
        let ids = known.map(\.id) + Set(carried.keys).subtracting(known.map(\.id)).sorted()
        tracks = ids.sorted().compactMap { id in
            let track = known.first { $0.id == id }
            let shown = (track?.appearances ?? []).filter { given[id]?.contains($0.frame) ?? false }
            let found = (carried[id] ?? [:]).map {
                Track.Appearance(frame: $0.key, box: $0.value.mask.box, area: $0.value.mask.area)
            }
            let appearances = shown + found
            return appearances.isEmpty ? nil : Track(id: id, label: track?.label ?? labels[id], appearances: appearances)
        }
    }

    package func fullBox(of track: TrackID, at frame: Int) -> BoundingBox? { fullBoxes[track]?[frame] }

    package func file(of frame: Int) -> String { source?.file(of: frame) ?? path }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask {
        if isGiven(track, at: frame), let source { return try source.mask(of: track, at: frame) }
        guard let found = propagated[track]?[frame] else {
            throw MaskError(path: file(of: frame), reason: .notVisible(track, frame: frame))
        }
        return found.mask.mask
    }

    /// A mask that was not given; nil where there is none.
    func propagatedMask(of track: TrackID, at frame: Int) -> PropagatedMask? { propagated[track]?[frame] }

    package func isGiven(_ track: TrackID, at frame: Int) -> Bool { given[track]?.contains(frame) ?? false }

    /// 1 for a given mask; how well a propagated one is supported by colour, background and area; 0 where there is none.
    package func confidence(of track: TrackID, at frame: Int) -> Float {
        isGiven(track, at: frame) ? 1 : propagated[track]?[frame]?.confidence ?? 0
    }
}

/// A propagated mask.
package struct PropagatedMask: Sendable {
    package let mask: StoredMask
    /// 0...1.
    let confidence: Float
    /// Frames to the given mask it comes from.
    let distance: Int
    /// True if that lies later in the clip.
    let isBackward: Bool

    init(mask: StoredMask, confidence: Float, distance: Int, isBackward: Bool) {
        self.mask = mask
        self.confidence = confidence
        self.distance = distance
        self.isBackward = isBackward
    }

    /// Masks of which no two of a frame share a pixel: it is the surer one's, and of two that are as sure that of the one that
    /// reaches further down, as what is nearer to a camera does.
    /// - Parameter masks: by track and frame.
    static func separated(_ masks: [TrackID: [Int: PropagatedMask]]) -> [TrackID: [Int: PropagatedMask]] {
        var result = masks, shown: [Int: [TrackID]] = [:]
        for (track, frames) in masks {
            for frame in frames.keys { shown[frame, default: []].append(track) }
        }
        for (frame, tracks) in shown where tracks.count > 1 {
            let known = tracks.compactMap { track in masks[track]?[frame].map { (track: track, mask: $0) } }.sorted { one, other in
                (-one.mask.confidence, -one.mask.mask.box.bottom, one.track)
                    < (-other.mask.confidence, -other.mask.mask.box.bottom, other.track)
            }
            for (place, losing) in known.enumerated() {
                let rest = known[..<place].reduce(losing.mask.mask as StoredMask?) { rest, other in
                    rest.flatMap { $0.box.intersection(other.mask.mask.box) == nil ? $0 : $0.subtracting(other.mask.mask) }
                }
                result[losing.track]?[frame] = rest.map {
                    PropagatedMask(
                        mask: $0, confidence: losing.mask.confidence, distance: losing.mask.distance, isBackward: losing.mask.isBackward)
                }
            }
        }
        return result
    }

    /// - Parameters:
    ///   - confidence: 0...1.
    ///   - others: masks whose pixels are not this one's.
    /// - Returns: nil for a mask without a pixel of its own.
    package init?(_ mask: Mask, confidence: Float, isBackward: Bool, besides others: [Mask] = []) {
        let own = others.compactMap(StoredMask.init).reduce(StoredMask(mask)) { $0?.subtracting($1) }
        guard let own else { return nil }
        self.init(mask: own, confidence: confidence, distance: 0, isBackward: isBackward)
    }
}
