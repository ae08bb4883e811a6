import Imaging
import Masks

/// Masks for every frame of a clip: the given ones and the propagated ones. Memory grows with frames times tracks, a few hundred
/// bytes per mask, and not with the size of images.
package struct PropagatedMasks: MaskSource {
    package let path: String
    package let size: PictureSize
    /// All frames of the clip, or of its selected part: each was annotated or reached by propagation.
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    /// Damage of the clip, as text; nil if there was none.
    package let damage: String?
    /// Notes on how they were found.
    package var notes: [String] = []
    /// Boxes of whole objects on frames where they are partly hidden.
    var fullBoxes: [TrackID: [Int: BoundingBox]] = [:]
    /// Fates of the detections from which they were made; nil if there were none.
    package var fates: DetectionFates?

    /// nil if no masks were given.
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
    ///   - path: name of the masks in messages.
    ///   - source: the given masks; nil if there were none.
    ///   - given: by track, the frames whose given masks were used.
    ///   - carried: propagated masks by track and frame.
    ///   - labels: labels of tracks that the given masks do not name.
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

    /// A mask that was not given; nil if there is none.
    func propagatedMask(of track: TrackID, at frame: Int) -> PropagatedMask? { propagated[track]?[frame] }

    package func isGiven(_ track: TrackID, at frame: Int) -> Bool { given[track]?.contains(frame) ?? false }

    /// 1 for a given mask, 0 without a mask, else the mask's own (`PropagatedMask.confidence`).
    package func confidence(of track: TrackID, at frame: Int) -> Float {
        isGiven(track, at: frame) ? 1 : propagated[track]?[frame]?.confidence ?? 0
    }
}

/// A propagated mask.
package struct PropagatedMask: Sendable {
    package let mask: StoredMask
    /// 0...1. Of a mask propagated without a model, its expected J with the true one; of a mask that SAM 2 made, the IoU that SAM 2
    /// expects. No measure of J for others: of a mask made from detections, a constant for the way it was made, half of it between
    /// detections (`BoxMaskConstants`); of an object found by motion, 1 where it was seen.
    let confidence: Float
    /// Evidence for it, 0...1, against masks of other tracks and of the other direction.
    let support: Float
    /// Frames to the given mask from which it was propagated.
    let distance: Int
    /// True if that mask is later in the clip.
    let isBackward: Bool

    /// - Parameter support: nil if it is the confidence.
    init(mask: StoredMask, confidence: Float, support: Float? = nil, distance: Int, isBackward: Bool) {
        self.mask = mask
        self.confidence = confidence
        self.support = support ?? confidence
        self.distance = distance
        self.isBackward = isBackward
    }

    /// The same with other pixels.
    func with(_ mask: StoredMask) -> PropagatedMask {
        PropagatedMask(mask: mask, confidence: confidence, support: support, distance: distance, isBackward: isBackward)
    }

    /// Removes overlaps of masks within each frame: a shared pixel goes to the better supported one, or, if equal, to the one that
    /// extends further down, since that is nearer to the camera.
    /// - Parameter masks: by track and frame.
    static func separated(_ masks: [TrackID: [Int: PropagatedMask]]) -> [TrackID: [Int: PropagatedMask]] {
        var result = masks, shown: [Int: [TrackID]] = [:]
        for (track, frames) in masks {
            for frame in frames.keys { shown[frame, default: []].append(track) }
        }
        for (frame, tracks) in shown where tracks.count > 1 {
            let known = tracks.compactMap { track in masks[track]?[frame].map { (track: track, mask: $0) } }.sorted { one, other in
                (-one.mask.support, -one.mask.mask.box.bottom, one.track)
                    < (-other.mask.support, -other.mask.mask.box.bottom, other.track)
            }
            for (place, losing) in known.enumerated() {
                let rest = known[..<place].reduce(losing.mask.mask as StoredMask?) { rest, other in
                    rest.flatMap { $0.box.intersection(other.mask.mask.box) == nil ? $0 : $0.subtracting(other.mask.mask) }
                }
                result[losing.track]?[frame] = rest.map(losing.mask.with)
            }
        }
        return result
    }

    /// - Parameters:
    ///   - confidence: 0...1.
    ///   - others: masks whose pixels are excluded from this one.
    /// - Returns: nil if no pixels remain.
    package init?(_ mask: Mask, confidence: Float, isBackward: Bool, besides others: [Mask] = []) {
        let own = others.compactMap(StoredMask.init).reduce(StoredMask(mask)) { $0?.subtracting($1) }
        guard let own else { return nil }
        self.init(mask: own, confidence: confidence, distance: 0, isBackward: isBackward)
    }
}
