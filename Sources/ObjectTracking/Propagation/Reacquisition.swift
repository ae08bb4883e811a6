import Imaging

/// Search for lost tracks near the places where they should be by now.
struct Reacquisition {
    /// Frames after which the search ends.
    static let patience = 100
    /// Bhattacharyya coefficient that makes a candidate the object.
    private static let likeness: Float = 0.72
    private static let wantedShare: Float = 0.35

    let current: FrameFeatures
    let background: BackgroundModel

    /// The box in which to look for an object that is hidden, wholly or in part: larger the longer it has been; nil for
    /// others.
    static func searchBox(_ track: TrackState, within size: BoundingBox) -> BoundingBox? {
        guard track.status != .ended, track.hidden > 0 else { return nil }
        let side = max(track.lastBox.width, track.lastBox.height)
        let reach = side / 3 + min(side * 3 / 2, track.hidden * side / 16)
        // What has left the picture comes back at its edge.
        let middle = (x: track.lastBox.left + track.lastBox.width / 2, y: track.lastBox.top + track.lastBox.height / 2)
        let inside = (x: min(max(middle.x, size.left), size.right - 1), y: min(max(middle.y, size.top), size.bottom - 1))
        return track.lastBox.moved(x: inside.x - middle.x, y: inside.y - middle.y).grown(by: max(6, reach), within: size)
    }

    /// - Parameters:
    ///   - taken: chances of the visible tracks, whose pixels are not to be had.
    /// - Returns: the track where it was found, or as it was.
    func attempt(_ track: TrackState, in box: BoundingBox, taken: [Plane<Float>]) -> TrackState {
        var next = track
        if track.status != .visible, track.hidden > Self.patience {
            next.vanish(.ended)
            return next
        }
        let surroundings = ColourHistogram(current.bins, in: box) { _, _ in 1 }
        let appearance = PixelEvidence.appearance(
            track: track, surroundings: surroundings, box: box, features: current, background: background)
        let odds = appearance.mutableCopy()
        for other in taken {
            guard let shared = box.intersection(other.box) else { continue }
            shared.forEachPixel { x, y in
                if other[x, y] > 0.3 { odds[x, y] = -6 }
            }
        }
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
        guard area > max(12, Self.wantedShare * track.usualArea, 1.3 * visible), support / area > 0.5,
            current.colours(of: region).similarity(to: track.given) > Self.likeness
        else { return next }
        next.reappear(region, region.bounds(above: 0.5) ?? place)
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
