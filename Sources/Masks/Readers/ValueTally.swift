import Imaging

/// Meaning of the values in a set of mask pictures: object ids, or coverage of one object's soft edges.
///
/// An object is solid, so most of its pixels have neighbours of the same value; those of edges softened by resizing or lossy
/// compression do not. Such edges also lie between white and black, which small objects next to white have no reason to do.
struct ValueTally {
    enum Reading: Equatable {
        case objects
        /// One object; the minimum value of pixels inside.
        case softEdges(from: UInt32)
        /// One object as above, or objects as thin as edges next to void white.
        case either(from: UInt32)
        /// Objects with soft edges, or not a mask; with the number of values found only at edges.
        case unclear(Int)
    }

    enum Scale {
        /// Brightness from 0.
        case levels
        /// Brightness of palette greys whose indices are the ids.
        case shades
        /// Colours that are not shades of one.
        case colours
        /// Palette indices.
        case indices
    }

    private struct Sum {
        var area = 0, solid = 0, core = 0, between = 0, bareSides = 0, greySides = 0

        static func + (one: Sum, other: Sum) -> Sum {
            Sum(
                area: one.area + other.area, solid: one.solid + other.solid, core: one.core + other.core,
                between: one.between + other.between, bareSides: one.bareSides + other.bareSides,
                greySides: one.greySides + other.greySides)
        }
    }

    private var sums: [UInt32: Sum] = [:]
    private var scale: Scale

    init(_ regions: some Sequence<LabelRegion>, scale: Scale) {
        self.scale = scale
        for region in regions { add(region, as: region.value) }
    }

    /// Sums the counts of several images.
    init(_ tallies: some Sequence<ValueTally>) {
        scale = .levels
        for tally in tallies {
            if tally.scale != .levels, scale != .indices { scale = tally.scale }
            sums.merge(tally.sums) { $0 + $1 }
        }
    }

    mutating func add(_ region: LabelRegion, as value: UInt32) {
        sums[value] = (sums[value] ?? Sum()) + Sum(
            area: region.area, solid: region.solid, core: region.core, between: region.between, bareSides: region.bareSides,
            greySides: region.greySides)
    }

    var reading: Reading {
        guard scale != .indices, sums.count > 1, let top = sums.keys.max() else { return .objects }
        // Lossy compression changes white slightly; a few labels are exact.
        let white = GreyGrade.white(top), isMany = sums.count > 8
        let whites = sums.filter { isMany ? GreyGrade($0.key, white: white) == .white : $0.key == white }
        if scale == .levels || scale == .shades, let main = whites.max(by: { $0.value.area < $1.value.area })?.key {
            let grey = sums.filter { whites[$0.key] == nil }
            let found = isMany ? ofMany(grey, whites: whites.count, white, main / 2 + 1) : ofFew(grey, white, main / 2 + 1)
            if let found { return found }
        }
        let edges = sums.count { $0.value.solid == 0 }
        return edges >= 6 && edges * 2 > sums.count ? .unclear(edges) : .objects
    }

    /// Interpretation of a few values next to white; nil for object ids.
    private func ofFew(_ grey: [UInt32: Sum], _ white: UInt32, _ least: UInt32) -> Reading? {
        let rest = grey.values.reduce(Sum(), +), inside = others(rest).area
        guard rest.area > 0, rest.core * 20 <= rest.area, rest.between * 4 >= rest.area else { return nil }
        let hasMiddle = grey.keys.contains { $0 * 5 > white && $0 * 5 < white * 4 }
        return rest.between * 4 >= rest.area * 3 && inside * 2 > rest.area && hasMiddle && isRimmed(others(rest))
            ? .softEdges(from: least) : .either(from: least)
    }

    /// Interpretation of many values next to white, as left by lossy compression; nil for object ids.
    private func ofMany(_ grey: [UInt32: Sum], whites: Int, _ white: UInt32, _ least: UInt32) -> Reading? {
        let rest = grey.values.reduce(Sum(), +)
        guard rest.area > 0, rest.solid * 4 <= rest.area, others(rest).area * 6 > rest.area else { return nil }
        let graded = grey.filter { GreyGrade($0.key, white: white) == .between }.values.reduce(Sum(), +)
        // Compression also changes white; ids that count from 1 do not.
        guard graded.area > 0 else { return whites > 2 ? .softEdges(from: least) : nil }
        if graded.between * 2 >= graded.area, whites > 2 || isRimmed(others(rest)) { return .softEdges(from: least) }
        return graded.between * 4 >= graded.area ? .either(from: least) : nil
    }

    /// Sum over all values except grey.
    private func others(_ grey: Sum) -> Sum {
        let all = sums.values.reduce(Sum(), +)
        return Sum(area: all.area - grey.area, bareSides: all.bareSides - grey.bareSides, greySides: all.greySides - grey.greySides)
    }

    /// True if grey pixels surround most of the white, rather than touching it in places.
    private func isRimmed(_ white: Sum) -> Bool { white.greySides * 3 >= white.bareSides }

    /// True if the values are coverage of a single object.
    /// - Throws: `MaskError` if they are ambiguous.
    func areOneObject(_ path: String) throws -> Bool {
        if scale == .levels, sums.count == 1, sums[255] != nil || sums[65535] != nil { return true }
        switch reading {
        case .objects: return false
        case .softEdges: return true
        case .either:
            let shown = sums.keys.sorted().map(String.init).prefix(8).joined(separator: ", ") + (sums.count > 8 ? ", ..." : "")
            throw MaskError(
                path: path, found: "the values \(shown), which may be one white object with soft edges, or thin objects beside white",
                expected: "one of them (--masks-format binary-png takes all for one object, label-png each for an object)")
        case .unclear(let edges):
            throw MaskError(
                path: path, found: "\(sums.count) values, \(edges) of them at edges only, as blurred edges have",
                expected: "one value for each object (--masks-format label-png takes each for an object, binary-png all for one)")
        }
    }

    /// Note on a single object with soft edges; nil otherwise.
    var note: String? {
        switch reading {
        case .softEdges, .either: break
        case .objects, .unclear: return nil
        }
        return "one object with soft edges (\(sums.count) grey values): inside is what is nearer to white than to black "
            + "(--masks-format label-png takes each value for an object)"
    }
}
