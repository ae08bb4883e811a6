import Imaging

/// Parameters of `RegionOutline`.
package enum RegionOutlineConstants {
    /// Distance from a region's edge, in pixels, within which pixels are examined. More removes gaps between legs, and grey clothes
    /// before a grey street with them: without the limit 109 objects of 60 sample scenes are found, with it 110.
    static let fringe = 2
    /// Difference to the scene, as a fraction of the region's mean difference nearby, from which a pixel shows the object: an edge
    /// is blurred, and compression adds a halo. 0.3 and 0.4 have the same IoU on sample scenes, 0.5 less; more makes boxes of people
    /// tighter than those that are annotated.
    static let contrastShare: Float = 0.3
    /// Distance in pixels that is nearby.
    static let nearby = 4
    /// Lower bound on that difference in 8-bit steps; the scene's spread and the noise add to it.
    static let least: Float = 10
    static let leastNoise: Float = 1.2
    /// Fraction of a region below which nothing of it is trimmed.
    static let leastShare = 0.3
}

/// Trims moving regions, which are joined and smoothed for linking, to the pixels that show the object.
struct RegionOutline {
    private typealias Constant = RegionOutlineConstants

    let scene: SceneBackground
    let frame: WorkingFrame
    /// Factor, in 1/256, that brings the frame to the scene's brightness.
    let gain: Int32

    /// The region without its fringe; the region itself if little of it would be left.
    func trimmed(_ region: ConnectedRegion) -> ConnectedRegion {
        let evidence = evidence(for: region), margin = 1
        var runs: [Run] = [], area = 0
        for run in region.runs {
            let row = (run.y - region.box.top + margin) * (region.box.width + 2 * margin) + margin - region.box.left
            var start = run.columns.lowerBound
            for x in run.columns where !evidence.isObject(at: row + x) {
                if start < x { runs.append(Run(y: run.y, columns: start..<x)) }
                start = x + 1
            }
            if start < run.columns.upperBound { runs.append(Run(y: run.y, columns: start..<run.columns.upperBound)) }
        }
        for run in runs { area += run.columns.count }
        guard Double(area) >= Constant.leastShare * Double(region.area) else { return region }
        return ConnectedRegion(runs: runs, size: region.size)
    }

    /// Evidence for the object at each pixel of the region's box and a margin of one pixel.
    private func evidence(for region: ConnectedRegion) -> OutlineEvidence {
        let box = region.box
        var evidence = OutlineEvidence(width: box.width + 2, height: box.height + 2)
        for run in region.runs {
            for x in run.columns {
                evidence.add(difference(x, run.y), column: x - box.left + 1, row: run.y - box.top + 1)
            }
        }
        evidence.weigh(fringe: Constant.fringe, nearby: Constant.nearby) { column, row, mean in
            let spread = ForegroundConstants.spreadWeight * Float(scene.pixels[box.left + column - 1, box.top + row - 1].spread)
            return max(Constant.least + Constant.leastNoise * scene.noise + spread, Constant.contrastShare * mean)
        }
        return evidence
    }

    /// Difference to the nearer of the scene's two colours, worst channel.
    @inline(__always)
    private func difference(_ x: Int, _ y: Int) -> Float {
        let value = frame.rgb[x, y].channels &* gain, pixel = scene.pixels[x, y]
        return min(away(value, pixel.colour), away(value, pixel.other))
    }

    @inline(__always)
    private func away(_ value: SIMD4<Int32>, _ colour: RGB) -> Float {
        let step = (value &- colour.channels &<< 8) &>> 8
        return Float(max(abs(step.x), abs(step.y), abs(step.z)))
    }
}

/// Evidence that pixels of a region show an object: -1 for the scene, 1 for the object.
private struct OutlineEvidence {
    private let width: Int
    private let height: Int
    /// Differences to the scene; -1 outside the region.
    private var differences: [Float]
    private var values: [Float]

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        differences = [Float](repeating: -1, count: width * height)
        values = differences
    }

    mutating func add(_ difference: Float, column: Int, row: Int) { differences[row * width + column] = difference }

    /// - Parameters:
    ///   - fringe: distance from the edge beyond which all is object.
    ///   - nearby: distance over which differences are averaged.
    ///   - wanted: difference from which a pixel shows the object, for a column, a row and the mean difference nearby.
    mutating func weigh(fringe: Int, nearby: Int, wanted: (_ column: Int, _ row: Int, _ mean: Float) -> Float) {
        let sums = sums, whole = Float((2 * fringe + 1) * (2 * fringe + 1))
        for row in 1..<height - 1 {
            for column in 1..<width - 1 {
                let place = row * width + column
                guard differences[place] >= 0 else { continue }
                if window(sums, column, row, fringe).y == whole {
                    values[place] = 1
                    continue
                }
                let near = window(sums, column, row, nearby)
                values[place] = min(1, differences[place] / wanted(column, row, near.x / max(1, near.y)) - 1)
            }
        }
    }

    /// True if the mean of 3 x 3 pixels is for the object.
    func isObject(at place: Int) -> Bool {
        var sum: Float = 0
        for middle in [place - width, place, place + width] { sum += values[middle - 1] + values[middle] + values[middle + 1] }
        return sum > 0
    }

    /// Sum and number of the differences above and left of each pixel, and at it.
    private var sums: [SIMD2<Float>] {
        var sums = [SIMD2<Float>](repeating: .zero, count: differences.count)
        for row in 1..<height {
            var line = SIMD2<Float>.zero
            for column in 1..<width {
                let place = row * width + column
                if differences[place] >= 0 { line += SIMD2(differences[place], 1) }
                sums[place] = sums[place - width] + line
            }
        }
        return sums
    }

    /// Sum and number of the differences within a distance of a pixel.
    private func window(_ sums: [SIMD2<Float>], _ column: Int, _ row: Int, _ reach: Int) -> SIMD2<Float> {
        let left = max(0, column - 1 - reach), right = min(width - 1, column + reach)
        let above = max(0, row - 1 - reach) * width, below = min(height - 1, row + reach) * width
        return sums[below + right] - sums[below + left] - sums[above + right] + sums[above + left]
    }
}
