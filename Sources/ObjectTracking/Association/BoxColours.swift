import Imaging

/// Colours of what a box shows, its upper and lower half apart: people are told from one another by coat and trousers. A few hundred
/// bytes, for there are as many as detections.
struct BoxColours: Sendable, Equatable {
    /// Steps of Y, Cb and Cr: half those of `ColourBins`, soft, so that noise at a step's edge does not count.
    private static let side = ColourBins.side / 2
    private static let binCount = side * side * side
    /// Share of the box's width and height that counts, about the middle: the edges show what is behind.
    private static let inside = SIMD2(0.75, 0.95)
    /// Share of the pixels that counts as the object's where the foreground is known; below, all of the middle counts.
    private static let leastForeground = 0.2
    /// Pixels from which there is something to compare.
    private static let fewestPixels: Float = 24

    /// Bins with colours, ascending, and the roots of their shares in 1/255; the shares of each half sum to 1.
    private let bins: [UInt16]
    private let roots: [UInt8]

    /// - Parameters:
    ///   - colours: bins of each pixel of the working picture.
    ///   - foreground: 0 for what shows the still scene; nil if it is not known.
    ///   - box: in pixels of the working picture.
    ///   - covers: boxes in front of it, whose pixels do not count.
    /// - Returns: nil if hardly a pixel is seen.
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

    /// Colours of a region; its halves are those of its box.
    /// - Returns: nil for hardly a pixel.
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

    /// - Parameter shares: of all bins.
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

    /// Calls `body` with the coarse bins a fine one belongs to, and their shares: each axis to its own and the next nearer bin.
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

    /// Bhattacharyya coefficient, the mean of the halves: 1 for equal colours, 0 without a common one.
    func similarity(to other: BoxColours) -> Double {
        var sum = 0, place = 0
        for (index, bin) in bins.enumerated() {
            while place < other.bins.count, other.bins[place] < bin { place += 1 }
            guard place < other.bins.count else { break }
            if other.bins[place] == bin { sum += Int(roots[index]) * Int(other.roots[place]) }
        }
        return Double(sum) / (2 * 255 * 255)
    }

    /// Colours of several boxes together.
    struct Mean: Sendable {
        private var shares: [Float] = []
        private(set) var weight: Float = 0

        /// - Parameter memory: greatest weight that what was added before keeps.
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

        /// Nil if no box was seen.
        var colours: BoxColours? { weight > 0 ? BoxColours(shares: shares) : nil }
    }
}

extension Rectangle {
    func holds(_ place: SIMD2<Double>) -> Bool {
        place.x >= left && place.x < right && place.y >= top && place.y < bottom
    }
}
