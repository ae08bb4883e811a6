import Imaging
import Parallelism

/// Colours in 16 x 16 x 16 bins of Y, Cb and Cr. Chroma is stretched by two: natural pictures use the middle half.
enum ColourBins {
    static let side = 16
    static let count = side * side * side

    @inline(__always)
    static func bin(_ red: Int, _ green: Int, _ blue: Int) -> Int {
        let luma = (77 * red + 150 * green + 29 * blue) >> 8
        // 0.564 and 0.713 of the difference to luma are Cb and Cr; doubled, in 1/256.
        let cb = min(max(128 + (289 * (blue - luma)) >> 8, 0), 255)
        let cr = min(max(128 + (365 * (red - luma)) >> 8, 0), 255)
        return (luma >> 4) << 8 | (cb >> 4) << 4 | cr >> 4
    }

    /// The bin of every pixel, colours averaged over 3 x 3 pixels first: noise must not scatter them.
    static func bins(of frame: WorkingFrame) -> [UInt16] {
        let width = frame.width, height = frame.height
        return [UInt16](unsafeUninitializedCapacity: width * height) { bins, initialized in
            nonisolated(unsafe) let bins = bins
            frame.rgb.withUnsafeBufferPointer { rgb in
                Parallel.fixedRanges(height) { rows in
                    var columns = [Int](repeating: 0, count: width * 3)
                    columns.withUnsafeMutableBufferPointer { columns in
                        for row in rows {
                            let above = max(0, row - 1) * width * 3, here = row * width * 3
                            let below = min(height - 1, row + 1) * width * 3
                            for place in 0..<width * 3 {
                                columns[place] = Int(rgb[above + place]) + 2 * Int(rgb[here + place]) + Int(rgb[below + place])
                            }
                            for column in 0..<width {
                                let left = max(0, column - 1) * 3, right = min(width - 1, column + 1) * 3
                                let at = column * 3
                                bins[row * width + column] = UInt16(bin(
                                    (columns[left] + 2 * columns[at] + columns[right]) >> 4,
                                    (columns[left + 1] + 2 * columns[at + 1] + columns[right + 1]) >> 4,
                                    (columns[left + 2] + 2 * columns[at + 2] + columns[right + 2]) >> 4))
                            }
                        }
                    }
                }
            }
            initialized = width * height
        }
    }
}

/// How often each colour occurs in a region: a smoothed histogram that sums to 1, or to 0 when the region is empty.
struct ColourHistogram: Sendable {
    private(set) var shares: [Float]

    /// - Parameter weight: of the pixel at a place of the working picture.
    init(_ bins: [UInt16], width: Int, in box: BoundingBox, weight: (_ x: Int, _ y: Int) -> Float) {
        var counts = [Float](repeating: 0, count: ColourBins.count)
        var total: Float = 0
        for y in box.top..<box.bottom {
            for x in box.left..<box.right {
                let value = weight(x, y)
                guard value > 0 else { continue }
                counts[Int(bins[y * width + x])] += value
                total += value
            }
        }
        for axis in [1, ColourBins.side, ColourBins.side * ColourBins.side] { counts = smoothed(counts, axis) }
        let sum = counts.reduce(0, +)
        shares = total > 0 && sum > 0 ? counts.map { $0 / sum } : counts
    }

    var isEmpty: Bool { !shares.contains { $0 > 0 } }

    /// Takes in another region's colours as `share` of the whole.
    mutating func blend(_ other: ColourHistogram, share: Float) {
        guard !other.isEmpty else { return }
        for index in shares.indices { shares[index] += share * (other.shares[index] - shares[index]) }
    }

    /// The logarithm of how much likelier each colour is here than there.
    func logRatio(to other: ColourHistogram) -> [Float] {
        let floor: Float = 2e-4
        return shares.indices.map { logarithm((shares[$0] + floor) / (other.shares[$0] + floor)) }
    }

    /// Bhattacharyya coefficient: 1 for equal histograms, 0 for those without a common colour.
    func similarity(to other: ColourHistogram) -> Float {
        var sum: Float = 0
        for index in shares.indices { sum += (shares[index] * other.shares[index]).squareRoot() }
        return sum
    }
}

/// Convolved with a Gaussian of one bin along the axis whose neighbours are `step` apart.
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
