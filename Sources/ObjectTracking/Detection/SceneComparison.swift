import Imaging

/// Thresholds of `SceneComparison`.
package enum SceneComparisonConstants {
    /// Blocks along the longer side of an image whose means are compared.
    static let blocks = 24
    /// Difference of a block's mean in 8-bit steps that counts as a change.
    static let changedBlock: Float = 10
    /// Fraction of blocks that change with the light or the view.
    static let changedShare = 0.5
    /// Correlation of the blocks' means below which the view has changed.
    static let sameView: Float = 0.7
    /// Displacement of a corner of the working image between samples, in pixels, at which the camera counts as moving.
    static let cameraStep = 2.0
    /// Fraction of sample pairs with camera motion at which the camera is a moving one.
    static let movingShare = 0.4
}

/// Compares consecutive samples of a clip for changes of light, view and camera.
struct SceneComparison {
    private typealias Constant = SceneComparisonConstants

    enum Change {
        case none
        /// The same view in other light.
        case light
        /// A cut, or a camera that moved.
        case otherView
    }

    /// Camera motion over the samples compared so far.
    struct Camera: Sendable {
        var pairs = 0
        /// Pairs with camera motion.
        var moved = 0
        var cuts = 0

        var isMoving: Bool {
            pairs > 2 && Double(moved) > SceneComparisonConstants.movingShare * Double(pairs)
        }
    }

    private(set) var camera = Camera()
    private var blocks: [Float] = []
    private var pyramid: Pyramid?

    /// Compares a sample with the previous one.
    /// - Parameter counts: false to leave it out of the camera's summary.
    mutating func change(to frame: WorkingFrame, counts: Bool = true) -> Change {
        let earlier = blocks, previous = pyramid
        blocks = Self.blocks(of: frame)
        let current = Pyramid(frame)
        pyramid = current
        guard let previous, earlier.count == blocks.count else { return .none }
        if counts { camera.pairs += 1 }
        let changed = zip(earlier, blocks).count { abs($0 - $1) > Constant.changedBlock }
        if Double(changed) > Constant.changedShare * Double(blocks.count) {
            guard correlation(earlier, blocks) < Constant.sameView else { return .light }
            if counts { camera.cuts += 1 }
            return .otherView
        }
        guard moves(from: previous, to: current) else { return .none }
        if counts { camera.moved += 1 }
        return .otherView
    }

    private func moves(from previous: Pyramid, to current: Pyramid) -> Bool {
        let level = min(1, current.levels.count - 1)
        let flow = DenseInverseSearch.flow(from: current, to: previous, finest: level)
        let motion = CameraMotion(fitting: flow, scale: Double(2 << level))
        let width = Double(flow.width << (level + 1)), height = Double(flow.height << (level + 1))
        // The midpoints of the sides in addition to the corners, where a fit is least reliable.
        let places = [(width / 2, 0), (0, height / 2), (width, height / 2), (width / 2, height), (width / 2, height / 2)]
        let steps = places.map { place -> Double in
            let moved = motion.apply(place.0, place.1)
            return max(abs(moved.x - place.0), abs(moved.y - place.1))
        }
        return steps.sorted()[steps.count / 2] > Constant.cameraStep
    }

    /// Mean brightness of blocks of the image.
    private static func blocks(of frame: WorkingFrame) -> [Float] {
        let side = max(1, max(frame.width, frame.height) / Constant.blocks)
        return stride(from: 0, through: frame.height - side, by: side).flatMap { top in
            stride(from: 0, through: frame.width - side, by: side).map { left in
                var sum = 0, count = 0
                for y in stride(from: top, to: top + side, by: 3) {
                    for x in stride(from: left, to: left + side, by: 3) {
                        sum += Int(frame.rgb[x, y].green)
                        count += 1
                    }
                }
                return Float(sum) / Float(count)
            }
        }
    }

    /// Pearson's correlation; 0 if either is constant.
    private func correlation(_ first: [Float], _ second: [Float]) -> Float {
        let count = Float(first.count)
        let meanFirst = first.reduce(0, +) / count, meanSecond = second.reduce(0, +) / count
        var common: Float = 0, varianceFirst: Float = 0, varianceSecond: Float = 0
        for (one, other) in zip(first, second) {
            common += (one - meanFirst) * (other - meanSecond)
            varianceFirst += (one - meanFirst) * (one - meanFirst)
            varianceSecond += (other - meanSecond) * (other - meanSecond)
        }
        let scale = (varianceFirst * varianceSecond).squareRoot()
        return scale > 0 ? common / scale : 0
    }
}
