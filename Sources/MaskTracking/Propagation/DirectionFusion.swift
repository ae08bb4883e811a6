import Imaging

/// Collects what both ways through the clip find, and settles each frame: the nearer and surer side has the say.
struct DirectionFusion {
    private let size: WorkingSize
    private let given: Set<Int>
    private var carried: [TrackID: [Int: CarriedMask]] = [:]

    init(size: WorkingSize, given: Set<Int>) {
        self.size = size
        self.given = given
    }

    mutating func add(_ tracks: [TrackState], at frame: Int, isBackward: Bool) {
        guard !given.contains(frame) else { return }
        let visible = tracks.filter { $0.status == .visible }
        let masks = parallelMap(visible.count) { StoredMask(enlarged(visible[$0].probability, size)) }
        for (track, mask) in zip(visible, masks) {
            guard let mask else { continue }
            let found = CarriedMask(mask: mask, confidence: track.confidence, distance: track.age, isBackward: isBackward)
            if let earlier = carried[track.id]?[frame], weight(earlier) >= weight(found) { continue }
            carried[track.id, default: [:]][frame] = found
        }
    }

    private func weight(_ mask: CarriedMask) -> Float {
        mask.confidence / Float(max(1, mask.distance))
    }

    /// The masks. Pixels that the two ways gave to different tracks are left to the surer one.
    func resolved(overlapping: Set<TrackPair>) -> [TrackID: [Int: CarriedMask]] {
        var result = carried
        let ids = carried.keys.sorted()
        for (position, first) in ids.enumerated() {
            for second in ids[(position + 1)...] where !overlapping.contains(TrackPair(first, second)) {
                for frame in (result[first] ?? [:]).keys.sorted() {
                    guard let one = result[first]?[frame], let other = result[second]?[frame],
                        one.isBackward != other.isBackward, one.mask.box.intersection(other.mask.box) != nil
                    else { continue }
                    let (loser, winner) = weight(one) >= weight(other) ? (second, one) : (first, other)
                    let losing = loser == first ? one : other
                    result[loser]?[frame] = losing.mask.subtracting(winner.mask).map {
                        CarriedMask(
                            mask: $0, confidence: losing.confidence, distance: losing.distance, isBackward: losing.isBackward)
                    }
                }
            }
        }
        return result
    }
}
