import Imaging
import Parallelism

/// Colours in 16 x 16 x 16 bins of Y, Cb and Cr. Chroma is scaled by two, because natural images use the middle half.
enum ColourBins {
    static let side = 16
    static let count = side * side * side

    @inline(__always)
    static func bin(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        let luma = (77 * red + 150 * green + 29 * blue) >> 8
        // 0.564 and 0.713 of the difference from luma are Cb and Cr; doubled, in 1/256.
        let cb = min(max(128 + (289 * (blue - luma)) >> 8, 0), 255)
        let cr = min(max(128 + (365 * (red - luma)) >> 8, 0), 255)
        return (luma >> 4) << 8 | (cb >> 4) << 4 | cr >> 4
    }

    /// The bin of every pixel, after averaging over 3 x 3 pixels against noise.
    static func bins(of frame: WorkingFrame) -> Plane<UInt16> {
        let bins = MutablePlane<UInt16>(frame.box)
        Parallel.fixedRanges(frame.height) { rows in
            for y in rows { write(bins.row(y), 0..<frame.width, of: frame) }
        }
        return bins.finished()
    }

    /// Writes the bins of a range of columns of a row.
    static func write(_ row: PlaneRow<UInt16>, _ columns: Range<Int>, of frame: WorkingFrame) {
        let above = max(0, row.y - 1), below = min(frame.height - 1, row.y + 1), last = frame.width - 1
        func sum(_ x: Int) -> SIMD4<Int32> {
            frame.rgb[x, above].channels &+ 2 &* frame.rgb[x, row.y].channels &+ frame.rgb[x, below].channels
        }
        var here = sum(columns.lowerBound), before = columns.lowerBound > 0 ? sum(columns.lowerBound - 1) : here
        for x in columns {
            let after = x < last ? sum(x + 1) : here
            let mean = (before &+ 2 &* here &+ after) &>> 4
            row[x] = UInt16(truncatingIfNeeded: bin(Int(mean.x), Int(mean.y), Int(mean.z)))
            (before, here) = (here, after)
        }
    }
}

/// A region's smoothed colour histogram, which sums to 1, or to 0 if the region is empty.
struct ColourHistogram: Sendable {
    private(set) var shares: [Float]

    /// - Parameters:
    ///   - bins: bins of the box's pixels, at least.
    ///   - weight: weight of a pixel of the box, 0...1.
    init(_ bins: BinTiles, in box: BoundingBox, weight: (_ x: Int, _ y: Int) -> Float) {
        var counts = [Float](repeating: 0, count: ColourBins.count)
        var total: Float = 0
        for y in box.top..<box.bottom {
            for x in box.left..<box.right {
                let value = weight(x, y)
                guard value > 0 else { continue }
                counts[Int(bins[x, y])] += value
                total += value
            }
        }
        for axis in [1, ColourBins.side, ColourBins.side * ColourBins.side] { counts = smoothed(counts, axis) }
        let sum = counts.reduce(0, +)
        shares = total > 0 && sum > 0 ? counts.map { $0 / sum } : counts
    }

    private init(shares: [Float]) {
        self.shares = shares
    }

    /// Histogram of an empty region.
    static let empty = ColourHistogram(shares: [Float](repeating: 0, count: ColourBins.count))

    var isEmpty: Bool { !shares.contains { $0 > 0 } }

    /// Blends in another region's colours with weight `share`.
    mutating func blend(_ other: ColourHistogram, share: Float) {
        guard !other.isEmpty else { return }
        for index in shares.indices { shares[index] += share * (other.shares[index] - shares[index]) }
    }

    /// Logarithm of the ratio of each bin to that of `other`.
    func logRatio(to other: ColourHistogram) -> [Float] {
        let floor: Float = 2e-4
        return shares.indices.map { logarithm((shares[$0] + floor) / (other.shares[$0] + floor)) }
    }

    /// Bhattacharyya coefficient: 1 for equal histograms, 0 for disjoint ones.
    func similarity(to other: ColourHistogram) -> Float {
        var sum: Float = 0
        for index in shares.indices { sum += (shares[index] * other.shares[index]).squareRoot() }
        return sum
    }
}

/// Convolution with a Gaussian of one bin along the axis with stride `step`.
private func smoothed(_ counts: [Float], _ step: Int) -> [Float] {
    let kernel: [Float] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545]
    var result = [Float](repeating: 0, count: counts.count)
    for index in counts.indices where counts[index] > 0 {
        let position = index / step % ColourBins.side
        for offset in -2...2 where position + offset >= 0 && position + offset < ColourBins.side {
            result[index + offset * step] += kernel[offset + 2] * counts[index]
        }
    }
    return result
}
