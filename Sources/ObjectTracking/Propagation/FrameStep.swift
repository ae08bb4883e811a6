import Imaging
import Masks
import Parallelism

/// Search and rivalry of `FrameStep`.
package enum StepConstants {
    /// Chance of a pixel of the previous frame above which it belongs to the box that is searched.
    package static let searchChance: Float = 0.05
    /// Pixels around that box, besides its longer side divided by `searchPart`: fewer saves time and loses fast
    /// limbs.
    package static let searchMargin = 6
    package static let searchPart = 5
    /// The same where the camera is known to be still, and the background tells the object apart.
    package static let stillSearchPart = 8
    /// Chance a pixel keeps, at most, that another track has the better claim to.
    package static let rivalChance: Float = 0.3
}

/// Propagates every track from one frame to the next: flow and background are computed once for all of them.
struct FrameStep {
    let previous: FrameFeatures
    let current: FrameFeatures
    let layers: MotionLayers
    /// True if what moves with an object joins it. Where the camera is known to be still, what moves before the background has
    /// been found already, and layers bring in neighbours.
    let joinsByMotion: Bool
    /// From the previous frame to the current.
    let camera: CameraMotion
    let background: BackgroundModel
    /// Cells of the tracks' colours by place (`LocalColours`).
    let cells: Float
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
            return before[index].advanced(
                to: probability, evidence: evidence, features: current, motion: layers.motion, camera: camera,
                cells: cells, separates: joinsByMotion)
        }
        tracks = updated
    }

    private func evidence(_ track: TrackState, in box: BoundingBox) -> PixelEvidence {
        let motion = layers.motion
        let layers = joinsByMotion ? layers.remembered(of: track, in: box) : Plane<Float>(box, repeating: 0)
        let memory = PlaceMemory(track, motion: motion.forward)
        let propagated = MutablePlane<Float>(box), trust = MutablePlane<Float>(box)
        let places = MutablePlane<Float>(box, repeating: 0)
        let bins = current.bins(in: box)
        box.forEachPixel { x, y in
            let origin = motion.origin(x, y)
            propagated[x, y] = track.probability.sample(origin.place.x, origin.place.y)
            trust[x, y] = origin.trust
            if let memory {
                places[x, y] = memory.odds(bins[x, y], at: SIMD2(Float(x), Float(y)), from: origin.place, layer: layers[x, y])
            }
        }
        let bounds = track.probability.bounds(above: StepConstants.searchChance) ?? box
        return PixelEvidence(
            track: track, layers: layers, layerWeight: track.layerWeight(isStill: camera == .identity),
            surroundings: previous.colours(around: track.probability, bounds, layers: track.layers),
            places: places.finished().blurred(passes: 1), propagated: propagated.finished().blurred(passes: 3),
            trust: trust.finished(), features: current, background: background)
    }

    /// Log-odds of a track less the lead of the rivals that have the better claim to a pixel.
    private func contest(
        _ odds: Plane<Float>, _ index: Int, _ tracks: [TrackState], _ evidence: [PixelEvidence?]
    ) -> Plane<Float> {
        let result = odds.mutableCopy()
        forEachShared(index, tracks, boxes: evidence.map { $0?.odds.box }) { other, x, y in
            guard let rival = evidence[other]?.odds[x, y] else { return }
            let own = odds[x, y]
            if rival > own { result[x, y] = min(result[x, y], own - rival) }
        }
        return result.finished()
    }

    /// No pixel belongs to two tracks; ties go to the first.
    private func settle(
        _ chance: Plane<Float>, _ index: Int, _ tracks: [TrackState], _ all: [Plane<Float>?]
    ) -> Plane<Float> {
        let result = chance.mutableCopy()
        forEachShared(index, tracks, boxes: all.map { $0?.box }) { other, x, y in
            guard let rival = all[other]?[x, y] else { return }
            let own = chance[x, y]
            guard rival > own || (rival == own && other < index) else { return }
            result[x, y] = min(result[x, y], StepConstants.rivalChance)
        }
        return result.finished()
    }

    /// Calls `body` with each pixel of a track's box that another track may also claim.
    private func forEachShared(
        _ index: Int, _ tracks: [TrackState], boxes: [BoundingBox?], _ body: (_ other: Int, _ x: Int, _ y: Int) -> Void
    ) {
        guard let box = boxes[index] else { return }
        for (other, otherBox) in boxes.enumerated() where other != index {
            guard let otherBox, let shared = box.intersection(otherBox),
                !overlapping.contains(TrackPair(tracks[index].id, tracks[other].id))
            else { continue }
            shared.forEachPixel { x, y in body(other, x, y) }
        }
    }
}

extension TrackState {
    /// The part of the next frame the track can be in; nil when it is not visible or has left the picture.
    /// - Parameter part: divisor of its longer side that gives the margin.
    func searchBox(_ motion: ForwardMotion, part: Int, within picture: BoundingBox) -> BoundingBox? {
        searchBox(after: motion.mean(of: probability), part: part, within: picture)
    }

    /// The part of the next frame the track would be in if it moved as before.
    /// - Parameters:
    ///   - camera: from this frame to the next.
    ///   - part: divisor of its longer side that gives the margin.
    func expectedBox(_ camera: CameraMotion, part: Int, within picture: BoundingBox) -> BoundingBox? {
        searchBox(after: camera.shift(at: lastBox) + velocity, part: part, within: picture)
    }

    private func searchBox(after shift: SIMD2<Float>, part: Int, within picture: BoundingBox) -> BoundingBox? {
        guard status == .visible, let bounds = probability.bounds(above: StepConstants.searchChance) else { return nil }
        let moved = bounds.moved(x: Int(shift.x.rounded()), y: Int(shift.y.rounded()))
        let margin = StepConstants.searchMargin + max(bounds.width, bounds.height) / part
        return bounds.union(moved).grown(by: margin, within: picture)
    }
}

/// Two tracks, in either order.
struct TrackPair: Hashable {
    private let tracks: Set<TrackID>

    init(_ first: TrackID, _ second: TrackID) {
        tracks = [first, second]
    }
}
