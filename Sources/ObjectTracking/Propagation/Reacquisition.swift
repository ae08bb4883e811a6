import Imaging

/// Limits of `Reacquisition`. The most important are measured in the tests' PropagationConstants.md.
package enum ReacquisitionConstants {
    /// Frames after which the search ends: more finds objects that come back late, at the cost of searches in vain.
    package static let patience = 100
    /// Bhattacharyya coefficient with the given mask's colours that makes a candidate the object: lower takes look-alikes
    /// up, higher misses the object in other light.
    package static let likeness: Float = 0.72
    /// Share of the usual area a candidate must have: lower takes fragments up, higher waits until all of it shows.
    package static let wantedShare: Float = 0.35
    /// The same two while the camera moves, when a candidate's motion speaks for it as well.
    package static let movingLikeness: Float = 0.6
    package static let movingWantedShare: Float = 0.15
    /// Pixels a candidate must have.
    package static let smallestArea: Float = 12
    /// Times the area still visible that a candidate must have to replace it.
    package static let gain: Float = 1.3
    /// Mean log-odds by appearance of a candidate's pixels above which it is one.
    package static let support: Float = 0.5
    /// Divisor of the object's longer side that gives the pixels searched around its expected box at once.
    package static let firstReachPart = 3
    /// Halves of the object's longer side by which that grows at most.
    package static let growthHalves = 3
    /// Frames in which the searched margin grows by the object's longer side: more misses fast objects, fewer finds
    /// look-alikes.
    package static let growthFrames = 16
    /// Pixels around the expected box that are searched at least.
    package static let smallestReach = 6
    /// Chance above which a pixel is another visible track's, and its log-odds then.
    package static let takenChance: Float = 0.3
    package static let takenOdds: Float = -6
}

/// Search for lost tracks near the places where they should be by now.
struct Reacquisition {
    private typealias Constant = ReacquisitionConstants

    let current: FrameFeatures
    let background: BackgroundModel
    /// nil while the camera stands still: the background tells more then.
    let layers: MotionLayers?
    /// Cells of the colours by place that are learnt where an object is found again; nil if none are.
    let cells: Float?

    /// The box in which to look for an object that is hidden, wholly or in part: larger the longer it has been; nil for
    /// others.
    static func searchBox(_ track: TrackState, within size: BoundingBox) -> BoundingBox? {
        guard track.status != .ended, track.hidden > 0 else { return nil }
        let side = max(track.lastBox.width, track.lastBox.height)
        let growth = min(side * Constant.growthHalves / 2, track.hidden * side / Constant.growthFrames)
        let reach = max(Constant.smallestReach, side / Constant.firstReachPart + growth)
        // An object that has left the picture comes back at its edge.
        let middle = (x: track.lastBox.left + track.lastBox.width / 2, y: track.lastBox.top + track.lastBox.height / 2)
        let inside = (x: min(max(middle.x, size.left), size.right - 1), y: min(max(middle.y, size.top), size.bottom - 1))
        return track.lastBox.moved(x: inside.x - middle.x, y: inside.y - middle.y).grown(by: reach, within: size)
    }

    /// - Parameters:
    ///   - taken: chances of the visible tracks, whose pixels are not to be had.
    /// - Returns: the track where it was found, or as it was.
    func attempt(_ track: TrackState, in box: BoundingBox, taken: [Plane<Float>]) -> TrackState {
        var next = track
        if track.status != .visible, track.hidden > Constant.patience {
            next.vanish(.ended)
            return next
        }
        let surroundings = ColourHistogram(current.bins(in: box), in: box) { _, _ in 1 }
        let looks = PixelEvidence.appearance(
            track: track, surroundings: surroundings, box: box, features: current, background: background)
        let appearance = layers.map { looks.adding($0.foundOdds(of: track, in: box)) } ?? looks
        let odds = appearance.mutableCopy()
        for other in taken {
            guard let shared = box.intersection(other.box) else { continue }
            shared.forEachPixel { x, y in
                if other[x, y] > Constant.takenChance { odds[x, y] = Constant.takenOdds }
            }
        }
        // Smoothing does not raise the chances above a half where none of them is.
        guard odds.indices.contains(where: { odds[$0] > 0 }) else { return next }
        let chance = OutlineSmoothing.smoothed(odds.finished(), frame: current.frame)
        guard let place = densest(chance, width: track.lastBox.width, height: track.lastBox.height) else { return next }
        let region = chance.resized(to: place)
        var area: Float = 0, support: Float = 0
        place.forEachPixel { x, y in
            guard region[x, y] > 0.5 else { return }
            area += 1
            support += appearance[x, y]
        }
        let visible = Float(track.probability.indices.count { track.probability[$0] > 0.5 })
        let share = layers == nil ? Constant.wantedShare : Constant.movingWantedShare
        let likeness = layers == nil ? Constant.likeness : Constant.movingLikeness
        let wanted = max(Constant.smallestArea, share * track.usualArea, Constant.gain * visible)
        guard area > wanted, support / area > Constant.support else { return next }
        let found = current.colours(of: region).similarity(to: track.given)
        guard found > likeness else { return next }
        let places = cells.flatMap { LocalColours(current, region: region, cells: $0) }
        next.reappear(region, region.bounds(above: 0.5) ?? place, likeness: found, places)
        return next
    }

    /// The box of the given size with the greatest sum of chances above a half.
    private func densest(_ chance: Plane<Float>, width: Int, height: Int) -> BoundingBox? {
        let box = chance.box, width = min(width, box.width), height = min(height, box.height)
        let stride = box.width + 1
        var sums = [Float](repeating: 0, count: stride * (box.height + 1))
        for row in 0..<box.height {
            var line: Float = 0
            for column in 0..<box.width {
                let value = chance[row * box.width + column]
                line += value > 0.5 ? value : 0
                sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + line
            }
        }
        var best: (sum: Float, x: Int, y: Int) = (0, 0, 0)
        for y in 0...box.height - height {
            for x in 0...box.width - width {
                let sum = sums[(y + height) * stride + x + width] - sums[y * stride + x + width]
                    - sums[(y + height) * stride + x] + sums[y * stride + x]
                if sum > best.sum { best = (sum, x, y) }
            }
        }
        guard best.sum > 0 else { return nil }
        return BoundingBox(left: box.left + best.x, top: box.top + best.y, width: width, height: height)
    }
}
