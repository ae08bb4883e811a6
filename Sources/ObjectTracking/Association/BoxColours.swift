import Imaging

/// Colour histogram of a box, separately for its upper and lower half, because people differ in jacket and trousers. A few
/// hundred bytes, as there is one per detection.
struct BoxColours: Sendable, Equatable {
    /// Bins along Y, Cb and Cr: half those of `ColourBins`, with soft assignment, so that noise at a bin's edge does not matter.
    private static let side = ColourBins.side / 2
    private static let binCount = side * side * side
    /// Central fraction of the box's width and height that is used; the margin shows background.
    private static let inside = SIMD2(0.75, 0.95)
    /// Fraction of foreground pixels above which only those are used; below, the whole centre is.
    private static let leastForeground = 0.2
    /// Lower bound on pixels for a meaningful histogram.
    private static let fewestPixels: Float = 24

    /// Nonempty bins, ascending, and the square roots of their fractions in 1/255; each half's fractions sum to 1.
    private let bins: [UInt16]
    private let roots: [UInt8]

    /// - Parameters:
    ///   - colours: bins of each pixel of the working image.
    ///   - foreground: 0 for the static background; nil if unknown.
    ///   - box: in pixels of the working image.
    ///   - covers: boxes in front of it, whose pixels are ignored.
    /// - Returns: nil if too few pixels are visible.
    init?(_ colours: Plane<UInt16>, foreground: Plane<UInt8>?, in box: Rectangle, behind covers: [Rectangle]) {
        let size = PictureSize(width: colours.box.width, height: colours.box.height)
        let inner = Rectangle(centre: box.centre, width: box.width * Self.inside.x, height: box.height * Self.inside.y)
        guard let area = inner.pixels(in: size) else { return nil }
        let near = covers.filter { $0.commonArea(with: inner) > 0 }
        var places: [(x: Int, y: Int, isLower: Bool)] = []
        area.forEachPixel { x, y in
            let place = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
            let away = (place - inner.centre) / SIMD2(inner.width / 2, inner.height / 2)
            guard (away * away).sum() < 1.2, !near.contains(where: { $0.holds(place) }) else { return }
            places.append((x, y, away.y > 0))
        }
        if let foreground {
            let own = places.filter { foreground[$0.x, $0.y] != 0 }
            if Double(own.count) >= Self.leastForeground * Double(places.count) { places = own }
        }
        guard Float(places.count) >= Self.fewestPixels else { return nil }
        var counts = [Float](repeating: 0, count: 2 * Self.binCount), totals = SIMD2<Float>.zero
        for place in places {
            let half = place.isLower ? 1 : 0
            totals[half] += 1
            Self.spread(Int(colours[place.x, place.y])) { counts[half * Self.binCount + $0] += $1 }
        }
        self.init(shares: counts.indices.map { counts[$0] / max(1, totals[$0 / Self.binCount]) })
    }

    /// Creates the histogram of a region; its halves are those of its box.
    /// - Returns: nil if it has too few pixels.
    init?(_ region: ConnectedRegion, in frame: WorkingFrame) {
        guard Float(region.area) >= Self.fewestPixels else { return nil }
        var counts = [Float](repeating: 0, count: 2 * Self.binCount), totals = SIMD2<Float>.zero
        let middle = region.box.top + region.box.height / 2
        for run in region.runs {
            let half = run.y < middle ? 0 : 1
            totals[half] += Float(run.columns.count)
            for x in run.columns {
                let colour = frame.rgb[x, run.y]
                Self.spread(ColourBins.bin(Int(colour.red), Int(colour.green), Int(colour.blue))) {
                    counts[half * Self.binCount + $0] += $1
                }
            }
        }
        self.init(shares: counts.indices.map { counts[$0] / max(1, totals[$0 / Self.binCount]) })
    }

    /// - Parameter shares: fractions of all bins.
    private init(shares: [Float]) {
        var bins: [UInt16] = [], roots: [UInt8] = []
        for (bin, share) in shares.enumerated() {
            let root = UInt8((255 * min(1, share).squareRoot()).rounded())
            // Less than a thousandth is noise.
            guard root > 8 else { continue }
            bins.append(UInt16(bin))
            roots.append(root)
        }
        (self.bins, self.roots) = (bins, roots)
    }

    /// Calls `body` with the coarse bins of a fine one and their weights: on each axis its own bin and the nearest neighbour.
    @inline(__always)
    private static func spread(_ fine: Int, _ body: (Int, Float) -> Void) {
        let values = SIMD3(fine >> 8, fine >> 4 & 15, fine & 15), own = values &>> 1
        var other = own
        for axis in 0..<3 { other[axis] = min(max(own[axis] + (values[axis] & 1 == 0 ? -1 : 1), 0), side - 1) }
        for corner in 0..<8 {
            var bin = 0, share: Float = 1
            for axis in 0..<3 {
                let isOwn = corner >> axis & 1 == 0
                bin = bin * side + (isOwn ? own[axis] : other[axis])
                share *= isOwn ? 0.75 : 0.25
            }
            body(bin, share)
        }
    }

    /// Bhattacharyya coefficient, averaged over the halves: 1 for equal histograms, 0 for disjoint ones.
    func similarity(to other: BoxColours) -> Double {
        var sum = 0, place = 0
        for (index, bin) in bins.enumerated() {
            while place < other.bins.count, other.bins[place] < bin { place += 1 }
            guard place < other.bins.count else { break }
            if other.bins[place] == bin { sum += Int(roots[index]) * Int(other.roots[place]) }
        }
        return Double(sum) / (2 * 255 * 255)
    }

    /// Mean colours of several boxes.
    struct Mean: Sendable {
        private var shares: [Float] = []
        private(set) var weight: Float = 0

        /// - Parameter memory: upper bound on the weight of earlier boxes.
        mutating func add(_ colours: BoxColours, weight: Float, memory: Float = .infinity) {
            if shares.isEmpty { shares = [Float](repeating: 0, count: 2 * BoxColours.binCount) }
            self.weight = min(self.weight, memory) + weight
            let share = weight / self.weight
            for index in shares.indices { shares[index] *= 1 - share }
            for (bin, root) in zip(colours.bins, colours.roots) {
                let root = Float(root) / 255
                shares[Int(bin)] += share * root * root
            }
        }

        /// nil if there was no box.
        var colours: BoxColours? { weight > 0 ? BoxColours(shares: shares) : nil }
    }
}

extension Rectangle {
    func holds(_ place: SIMD2<Double>) -> Bool {
        place.x >= left && place.x < right && place.y >= top && place.y < bottom
    }
}
