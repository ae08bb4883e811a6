import Imaging
import Masks
import Parallelism

/// Carries every track from one frame to the next: flow and background are computed once for all of them.
struct FrameStep {
    let previous: FrameFeatures
    let current: FrameFeatures
    let motion: FrameMotion
    /// From the previous frame to the current.
    let camera: CameraMotion
    let background: BackgroundModel
    /// Pairs of tracks whose given masks overlap, which may then share pixels.
    let overlapping: Set<TrackPair>

    /// - Parameter boxes: where each visible track of `tracks` is looked for; nil for the others.
    func advance(_ tracks: inout [TrackState], boxes: [BoundingBox?]) {
        let before = tracks
        let evidence = Parallel.map(before.count) { index in
            boxes[index].map { self.evidence(before[index], in: $0) }
        }
        let contested = Parallel.map(before.count) { index in
            evidence[index].map { contest($0.odds, index, before, evidence) }
        }
        let smoothed = Parallel.map(before.count) { index in
            contested[index].map { OutlineSmoothing.smoothed($0, frame: current.frame) }
        }
        let settled = Parallel.map(before.count) { index in
            smoothed[index].map { settle($0, index, before, smoothed) }
        }
        let updated = Parallel.map(before.count) { index in
            guard let probability = settled[index], let evidence = evidence[index] else { return before[index] }
            return before[index].advanced(to: probability, evidence: evidence, features: current, motion: motion, camera: camera)
        }
        tracks = updated
    }

    /// The part of the current frame a track can be in; nil when it is not visible or has left the picture.
    func searchBox(_ track: TrackState) -> BoundingBox? {
        guard track.status == .visible, let bounds = track.probability.bounds(above: 0.05) else { return nil }
        let shift = motion.mean(of: track.probability)
        let moved = bounds.moved(x: Int(shift.x.rounded()), y: Int(shift.y.rounded()))
        return bounds.union(moved).grown(by: 6 + max(bounds.width, bounds.height) / 8, within: current.box)
    }

    private func evidence(_ track: TrackState, in box: BoundingBox) -> PixelEvidence {
        let memory = PlaceMemory(track, shift: motion.mean(of: track.probability))
        var carried = Field(box: box), trust = Field(box: box), places = Field(box: box)
        for y in box.top..<box.bottom {
            for x in box.left..<box.right {
                let origin = motion.origin(x, y), index = (y - box.top) * box.width + x - box.left
                carried.values[index] = track.probability.sample(origin.place.x, origin.place.y)
                trust.values[index] = origin.trust
                if let memory {
                    let bin = current.bins[y * current.frame.width + x]
                    places.values[index] = memory.odds(bin, at: SIMD2(Float(x), Float(y)), from: origin.place)
                }
            }
        }
        let bounds = track.probability.bounds(above: 0.05) ?? box
        return PixelEvidence(
            track: track, surroundings: previous.colours(around: track.probability, bounds), places: places.blurred(passes: 1),
            carried: carried.blurred(passes: 3), trust: trust, features: current, background: background)
    }

    /// Where another track has the better claim, the lead it has counts against this one.
    private func contest(_ odds: Field, _ index: Int, _ tracks: [TrackState], _ evidence: [PixelEvidence?]) -> Field {
        var result = odds
        forEachShared(index, tracks, boxes: evidence.map { $0?.odds.box }) { other, x, y in
            guard let rival = evidence[other]?.odds[x, y] else { return }
            let place = (y - odds.box.top) * odds.box.width + x - odds.box.left
            if rival > odds.values[place] {
                result.values[place] = min(result.values[place], odds.values[place] - rival)
            }
        }
        return result
    }

    /// No pixel belongs to two tracks; ties go to the first.
    private func settle(_ chance: Field, _ index: Int, _ tracks: [TrackState], _ all: [Field?]) -> Field {
        var result = chance
        forEachShared(index, tracks, boxes: all.map { $0?.box }) { other, x, y in
            guard let rival = all[other]?[x, y] else { return }
            let place = (y - chance.box.top) * chance.box.width + x - chance.box.left
            if rival > chance.values[place] || (rival == chance.values[place] && other < index) {
                result.values[place] = min(result.values[place], 0.3)
            }
        }
        return result
    }

    private func forEachShared(
        _ index: Int, _ tracks: [TrackState], boxes: [BoundingBox?], _ body: (_ other: Int, _ x: Int, _ y: Int) -> Void
    ) {
        guard let box = boxes[index] else { return }
        for (other, otherBox) in boxes.enumerated() where other != index {
            guard let otherBox, let shared = box.intersection(otherBox),
                !overlapping.contains(TrackPair(tracks[index].id, tracks[other].id))
            else { continue }
            for y in shared.top..<shared.bottom {
                for x in shared.left..<shared.right { body(other, x, y) }
            }
        }
    }
}

/// Two tracks, in either order.
struct TrackPair: Hashable {
    private let tracks: Set<TrackID>

    init(_ first: TrackID, _ second: TrackID) {
        tracks = [first, second]
    }
}
