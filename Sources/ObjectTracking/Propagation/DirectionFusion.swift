import Masks
import Parallelism

/// Collects the masks of both propagation directions and fuses them per frame: nearer and better supported ones win.
struct DirectionFusion {
    private let size: WorkingSize
    private let annotations: AnnotationReader
    private let overlapping: Set<TrackPair>
    private var propagated: [TrackID: [Int: PropagatedMask]] = [:]

    /// - Parameter overlapping: pairs of tracks that may share pixels.
    init(size: WorkingSize, annotations: AnnotationReader, overlapping: Set<TrackPair>) {
        self.size = size
        self.annotations = annotations
        self.overlapping = overlapping
    }

    /// Adds the masks of the tracks that are not annotated in a frame.
    mutating func add(_ tracks: [TrackState], at frame: Int, isBackward: Bool) throws {
        let visible = tracks.filter { $0.status == .visible && !annotations.isAnnotated($0.id, at: frame) }
        guard !visible.isEmpty else { return }
        var taken = try annotations.masks(at: frame)
        let masks = Parallel.map(visible.count) { enlarged(visible[$0].probability, size) }
        for (track, mask) in zip(visible, masks) {
            // Outlines disjoint at the working size may overlap at the clip's size.
            let mask = taken.sorted { $0.key < $1.key }.reduce(mask) { rest, other in
                let isShared = overlapping.contains(TrackPair(track.id, other.key))
                guard let rest, !isShared, rest.box.intersection(other.value.box) != nil else { return rest }
                return rest.subtracting(other.value)
            }
            guard let mask else { continue }
            taken[track.id] = mask
            let found = PropagatedMask(
                mask: mask, confidence: track.expected.value, support: track.support, distance: track.age, isBackward: isBackward)
            if let earlier = propagated[track.id]?[frame], earlier.weight >= found.weight { continue }
            propagated[track.id, default: [:]][frame] = found
        }
    }

    /// The fused masks. Pixels that the two directions assigned to different tracks go to the better supported one.
    func resolved() -> [TrackID: [Int: PropagatedMask]] {
        var result = propagated
        let ids = propagated.keys.sorted()
        for (position, first) in ids.enumerated() {
            for second in ids[(position + 1)...] where !overlapping.contains(TrackPair(first, second)) {
                for frame in (result[first] ?? [:]).keys.sorted() { settle(first, second, at: frame, in: &result) }
            }
        }
        return result
    }

    /// Removes the pixels shared by masks of different directions from the less supported one.
    private func settle(
        _ first: TrackID, _ second: TrackID, at frame: Int, in masks: inout [TrackID: [Int: PropagatedMask]]
    ) {
        guard let one = masks[first]?[frame], let other = masks[second]?[frame],
            one.isBackward != other.isBackward, one.mask.box.intersection(other.mask.box) != nil
        else { return }
        let (loser, losing, winning) = one.weight >= other.weight ? (second, other, one) : (first, one, other)
        masks[loser]?[frame] = losing.mask.subtracting(winning.mask).map(losing.with)
    }
}
