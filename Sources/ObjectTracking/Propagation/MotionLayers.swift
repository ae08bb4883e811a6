import Imaging

/// Weights and scales of `MotionLayers`. The most important are measured in the tests' PropagationConstants.md.
package enum LayerConstants {
    /// Log-odds of a pixel that has long moved with the object, or, below 0, with what is still: more lets in what turns
    /// into view, and what goes along.
    package static let weight: Float = 8.5
    /// Share of that for what moves with the still scene: more lets go of what passes in front, and of parts that stand while the
    /// rest moves, as one of two people who part.
    package static let letGo: Float = 0.15
    /// Share of the weight where the camera stands still, and the background tells more: more lets objects grow, and into plain
    /// surfaces, over which flow reaches far.
    package static let stillShare: Float = 0.25
    /// Longer side in pixels of an object at which that counts half: flow is coarse beside small ones. More spares their
    /// outlines, less lets them grow.
    package static let halfSide: Float = 75
    /// Share of a frame's evidence in what is remembered: more joins and lets go sooner, and follows errors of flow.
    package static let rate: Float = 0.3
    /// Pixels a frame by which object and scene move apart at which a frame counts half: less listens to the flow's noise.
    package static let halfApart: Float = 1.5
    /// Divisor of the object's longer side that gives the pixels around a place whose mean motion is the object's there:
    /// more follows limbs, and what has slipped into the mask.
    package static let reachPart = 4
    /// Pixels of the flow around a place at least.
    package static let smallestReach = 4
    /// Share of the square around a place that the object must fill for a mean motion; else the square grows.
    package static let leastShare: Float = 0.1
    /// Share of the object's velocity by which its parts may move otherwise and count half: less takes limbs for something
    /// else, more lets what passes in front say how the object moves.
    package static let tolerance: Float = 1
    /// Pixels from its edge at which what moves with the object counts: flow reaches over outlines. More cuts limbs.
    package static let edge = 2
    /// Evidence above which a pixel is no longer learnt as the object's surroundings.
    package static let joined: Float = 0.3
    /// Share of flow's log-odds against a pixel that does not count once it has long moved with the object: more lets the
    /// mask grow sooner, and into what goes along.
    package static let flowDoubt: Float = 1
    /// The same share of the given mask's colours by place.
    package static let givenDoubt: Float = 0.35
    /// Log-odds of a pixel that moves as a hidden object should, for finding it again.
    package static let foundWeight: Float = 4
}

/// Layers of the current frame around an object: what moves with it, and what with the still scene. What moves with the
/// object for some frames joins it though its colours are new; what moves with the scene leaves it.
struct MotionLayers: Sendable {
    private typealias Constant = LayerConstants

    /// From the previous frame to the current.
    let motion: FrameMotion
    /// From the current frame to the previous.
    private let stillScene: CameraMotion

    /// - Parameter camera: from the previous frame to the current.
    init(motion: FrameMotion, camera: CameraMotion) {
        self.motion = motion
        stillScene = camera.inverse
    }

    /// The layer of each pixel of a box: 1 where it has long moved with a track, -1 where with the still scene, 0 where that
    /// cannot be told, as they move alike.
    func remembered(of track: TrackState, in box: BoundingBox) -> Plane<Float> {
        let area = motion.back.part(box)
        let object = MeanFlow(motion.back, weight: shares(of: track, in: area), reach: reach(of: track))
        let layers = MutablePlane<Float>(area)
        layers.forEachRow { row in
            for x in row.columns {
                let origin = motion.origin(2 * x, 2 * row.y)
                let before = track.layers.sample(origin.place.x, origin.place.y)
                guard let own = object.mean(x, row.y) else {
                    row[x] = before
                    continue
                }
                let step = step(x, row.y, own: 2 * own)
                row[x] = before + Constant.rate * step.counts * origin.trust * (step.says - before)
            }
        }
        return layers.finished().doubled(to: box)
    }

    /// Log-odds of each pixel of a box to move as a hidden track should.
    func foundOdds(of track: TrackState, in box: BoundingBox) -> Plane<Float> {
        let area = motion.back.part(box), odds = MutablePlane<Float>(area)
        odds.forEachRow { row in
            for x in row.columns {
                let step = step(x, row.y, own: still(2 * x, 2 * row.y) - track.velocity)
                row[x] = Constant.foundWeight * step.says * step.counts * motion.origin(2 * x, 2 * row.y).trust
            }
        }
        return odds.finished().doubled(to: box)
    }

    /// One frame's evidence of a pixel of the flow, -1...1, and how far it counts, 0...1.
    /// - Parameter own: displacement to the previous frame of an object that is there, in working pixels.
    @inline(__always)
    private func step(_ x: Int, _ y: Int, own: SIMD2<Float>) -> (says: Float, counts: Float) {
        let flow = 2 * motion.back[x, y], scene = still(2 * x, 2 * y)
        let off = length(flow - own), away = length(flow - scene), apart = length(own - scene)
        // Motion unlike either says nothing.
        let strange = min(off, away) / (apart + Constant.halfApart)
        let says = min(max((away - off) / (apart + 0.01), -1), 1) / (1 + strange * strange)
        return (says, apart * apart / (apart * apart + Constant.halfApart * Constant.halfApart))
    }

    /// Displacement to the previous frame of a pixel of the still scene.
    @inline(__always)
    private func still(_ x: Int, _ y: Int) -> SIMD2<Float> {
        let moved = stillScene.apply(Double(x), Double(y))
        return SIMD2(Float(moved.x - Double(x)), Float(moved.y - Double(y)))
    }

    /// Shares of the flow's pixels in the object's motion: less of those that move unlike the object of late, as what passes in
    /// front does.
    private func shares(of track: TrackState, in area: BoundingBox) -> Plane<Float> {
        let speed = length(track.velocity), scale = Constant.halfApart + Constant.tolerance * speed
        return Plane(area) { row in
            for x in row.columns {
                let origin = motion.origin(2 * x, 2 * row.y)
                let chance = track.probability.sample(origin.place.x, origin.place.y)
                let ratio = length(2 * motion.back[x, row.y] - still(2 * x, 2 * row.y) + track.velocity) / scale
                let agreement = 1 / (1 + ratio * ratio)
                row[x] = chance > 0.5 ? chance * origin.trust * agreement * agreement : 0
            }
        }
    }

    /// Pixels of the flow to each side whose mean motion is the object's at a place.
    private func reach(of track: TrackState) -> Int {
        let bounds = track.probability.bounds(above: 0.5) ?? track.lastBox
        return max(Constant.smallestReach, max(bounds.width, bounds.height) / 2 / Constant.reachPart)
    }
}

extension FlowField {
    /// The flow's pixels that a box of the working picture covers.
    fileprivate func part(_ box: BoundingBox) -> BoundingBox {
        let left = min(box.left / 2, width - 1), top = min(box.top / 2, height - 1)
        let right = min((box.right + 1) / 2, width), bottom = min((box.bottom + 1) / 2, height)
        return BoundingBox(left: left, top: top, width: max(1, right - left), height: max(1, bottom - top))
    }
}

extension Plane<Float> {
    /// Values of half the working size in a box of the working picture.
    fileprivate func doubled(to working: BoundingBox) -> Plane<Float> {
        Plane(working) { row in
            let y = Swift.min(row.y / 2, box.bottom - 1)
            for x in row.columns { row[x] = self[Swift.min(x / 2, box.right - 1), y] }
        }.blurred(passes: 1)
    }

    /// Evidence of layers as far as it counts: what moves with the object less a few pixels along its edge.
    func withoutEdges() -> Plane<Float> {
        let least = mapped { -$0 }.dilated(by: LayerConstants.edge)
        return Plane(box) { row in
            for x in row.columns { row[x] = self[x, row.y] > 0 ? Swift.max(0, -least[x, row.y]) : self[x, row.y] }
        }
    }
}

extension TrackState {
    /// Log-odds of a pixel that has long moved with this object.
    /// - Parameter isStill: true if the camera does not move.
    func layerWeight(isStill: Bool) -> Float {
        let side = Float(max(lastBox.width, lastBox.height))
        return (isStill ? LayerConstants.stillShare : 1) * LayerConstants.weight * side / (side + LayerConstants.halfSide)
    }
}

/// Share of a pixel that does not count as an object's surroundings any more, 0...1.
/// - Parameter layer: evidence of its layer.
@inline(__always)
func joinedShare(_ layer: Float) -> Float { min(max((layer - LayerConstants.joined) / (1 - LayerConstants.joined), 0), 1) }

@inline(__always)
private func length(_ vector: SIMD2<Float>) -> Float { (vector * vector).sum().squareRoot() }
