import Imaging

/// Looks for lost tracks near where they should be by now.
struct Reacquisition {
    /// Frames after which nobody looks any more.
    static let patience = 100
    /// Bhattacharyya coefficient that makes a candidate the object.
    private static let likeness: Float = 0.72
    private static let wantedShare: Float = 0.35

    let current: FrameFeatures
    let background: BackgroundModel

    /// Where to look: further the longer the object has been away; nil when it is not looked for.
    static func searchBox(_ track: TrackState, within size: BoundingBox) -> BoundingBox? {
        guard case .lost(let frames) = track.status else { return nil }
        let drift = Float(min(frames, 15))
        let expected = track.lastBox.moved(
            x: Int((track.velocity.x * drift).rounded()), y: Int((track.velocity.y * drift).rounded()))
        let side = max(expected.width, expected.height)
        let reach = side / 3 + min(side * 3 / 2, Int(Float(frames) * Float(side) * 0.06))
        return expected.grown(by: max(6, reach), within: size)
    }

    /// - Parameters:
    ///   - taken: chances of the visible tracks, whose pixels are not to be had.
    /// - Returns: the track, visible again, or lost for one frame more.
    func attempt(_ track: TrackState, in box: BoundingBox, taken: [Field]) -> TrackState {
        var next = track
        guard case .lost(let frames) = track.status else { return track }
        next.status = frames + 1 >= Self.patience ? .ended : .lost(frames: frames + 1)
        let surroundings = ColourHistogram(current.bins, width: current.frame.width, in: box) { _, _ in 1 }
        let appearance = PixelEvidence.appearance(
            track: track, surroundings: surroundings, box: box, features: current, background: background)
        var odds = appearance
        for other in taken {
            guard let shared = box.intersection(other.box) else { continue }
            for y in shared.top..<shared.bottom {
                for x in shared.left..<shared.right where other[x, y] > 0.3 {
                    odds.values[(y - box.top) * box.width + x - box.left] = -6
                }
            }
        }
        let chance = OutlineSmoothing.smoothed(odds, frame: current.frame)
        guard let place = densest(chance, width: track.lastBox.width, height: track.lastBox.height) else { return next }
        let region = chance.cropped(to: place)
        var area: Float = 0, support: Float = 0
        for y in place.top..<place.bottom {
            for x in place.left..<place.right where region[x, y] > 0.5 {
                area += 1
                support += appearance[x, y]
            }
        }
        guard area > max(12, Self.wantedShare * track.usualArea), support / area > 0.5,
            current.colours(of: region).similarity(to: track.given) > Self.likeness
        else { return next }
        next.status = .visible
        next.probability = region
        next.lastBox = region.bounds(above: 0.5) ?? place
        next.velocity = SIMD2(0, 0)
        next.confidence = 0.4
        return next
    }

    /// The box of the given size that holds most.
    private func densest(_ chance: Field, width: Int, height: Int) -> BoundingBox? {
        let box = chance.box, width = min(width, box.width), height = min(height, box.height)
        let stride = box.width + 1
        var sums = [Float](repeating: 0, count: stride * (box.height + 1))
        for row in 0..<box.height {
            var line: Float = 0
            for column in 0..<box.width {
                let value = chance.values[row * box.width + column]
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
