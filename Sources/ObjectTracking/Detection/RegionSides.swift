import Imaging

/// Limits of `RegionSides`.
package enum RegionSidesConstants {
    /// Share of a region's height that its width has at least, and pixels of it: two that stand side by side are wider.
    static let narrowest = 0.5
    static let fewestColumns = 8
    static let fewestRows = 6
    /// Parts of the width to one column on either side over which outlines are smoothed.
    static let smoothingPart = 20
    /// Share of the rows that both sides are in for their colours to be compared.
    static let commonRows = 0.25
}

/// Comparison of what lies left and right of upright cuts through a region of a picture: two objects that touch have a notch or
/// a neck between them, and colours of their own.
struct RegionSides: Sendable {
    private typealias Constant = RegionSidesConstants

    /// Cuts lie in the middle of the `cells`-th parts of the width from `firstCell` on: a third is left of the first and right of the last.
    static let cells = 24
    static let firstCell = 7
    static let cuts = 10

    /// By cut: depth of the notch from above, in the height of the lower side.
    private(set) var notch = SIMD16<Float>.zero
    /// By cut: share of the thinner side's thickness by which the region is thinner.
    private(set) var neck = SIMD16<Float>.zero
    /// By cut: difference of the colours of the same rows, worst channel, in 8-bit steps.
    private(set) var colour = SIMD16<Float>.zero

    /// The column of a cut through a box.
    static func column(of cut: Int, in box: BoundingBox) -> Int {
        box.left + (2 * (firstCell + cut) + 1) * box.width / (2 * cells)
    }

    /// - Returns: nil for a region that is too narrow or too small to show two objects side by side.
    init?(_ region: ConnectedRegion, in frame: WorkingFrame) {
        let box = region.box
        guard Double(box.width) >= Constant.narrowest * Double(box.height), box.width >= Constant.fewestColumns,
            box.height >= Constant.fewestRows
        else { return nil }
        var heights = [Float](repeating: 0, count: box.width), thickness = heights
        for run in region.runs {
            for x in run.columns {
                let column = x - box.left
                thickness[column] += 1
                heights[column] = max(heights[column], Float(box.bottom - run.y))
            }
        }
        let notches = Self.dips(heights), necks = Self.dips(thickness)
        for cut in 0..<Self.cuts {
            let column = Self.column(of: cut, in: box) - box.left
            (notch[cut], neck[cut]) = (notches[column], necks[column])
        }
        compareColours(of: region, in: frame)
    }

    /// By column: share by which a profile is lower than its highest point on either side, the lower of the two.
    private static func dips(_ profile: [Float]) -> [Float] {
        let reach = max(1, profile.count / Constant.smoothingPart)
        let smooth = profile.indices.map { index -> Float in
            let near = profile[max(0, index - reach)...min(profile.count - 1, index + reach)].sorted()
            return near[near.count / 2]
        }
        var right = smooth
        for index in smooth.indices.reversed().dropFirst() { right[index] = max(right[index], right[index + 1]) }
        var left: Float = 0
        return smooth.indices.map { index in
            left = max(left, smooth[index])
            let lower = max(1, min(left, right[index]))
            return (lower - smooth[index]) / lower
        }
    }

    private mutating func compareColours(of region: ConnectedRegion, in frame: WorkingFrame) {
        let columns = (0..<Self.cuts).map { Self.column(of: $0, in: region.box) }
        var rows = SIMD16<Float>.zero, index = 0
        while index < region.runs.count {
            let y = region.runs[index].y
            // Sums of the pixels up to each cut, and of all; the fourth value counts them.
            var sums = [SIMD4<Int32>](repeating: .zero, count: Self.cuts), sum = SIMD4<Int32>.zero, cut = 0
            while index < region.runs.count, region.runs[index].y == y {
                for x in region.runs[index].columns {
                    while cut < Self.cuts, columns[cut] < x {
                        sums[cut] = sum
                        cut += 1
                    }
                    var value = frame.rgb[x, y].channels
                    value.w = 1
                    sum &+= value
                }
                index += 1
            }
            for later in cut..<Self.cuts { sums[later] = sum }
            for cut in 0..<Self.cuts {
                let left = sums[cut], right = sum &- left
                guard left.w > 1, right.w > 1 else { continue }
                let away = SIMD4<Float>(left) / Float(left.w) - SIMD4<Float>(right) / Float(right.w)
                colour[cut] += max(abs(away.x), abs(away.y), abs(away.z))
                rows[cut] += 1
            }
        }
        for cut in 0..<Self.cuts {
            let isKnown = rows[cut] > 0 && Double(rows[cut]) >= Constant.commonRows * Double(region.box.height)
            colour[cut] = isKnown ? colour[cut] / rows[cut] : 0
        }
    }
}
