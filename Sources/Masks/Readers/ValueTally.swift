import Imaging

/// What the values of a set of mask pictures are: a number for each object, or how much of a pixel one object covers.
///
/// An object is solid, so most of its pixels have neighbours of the same value; the edges that smooth resizing or lossy
/// compression leave have not.
struct ValueTally {
    enum Reading: Equatable {
        case objects
        /// One object, with what a pixel inside has at least.
        case softEdges(from: UInt32)
        /// Objects with soft edges, or a picture that is no mask; with the number of values that have edges only.
        case unclear(Int)
    }

    enum Scale {
        /// Brightness from 0 on.
        case levels
        /// Colours that are no shades of one.
        case colours
        /// Indices of a palette.
        case indices
    }

    private struct Sum {
        var area = 0, solid = 0, core = 0

        static func + (one: Sum, other: Sum) -> Sum {
            Sum(area: one.area + other.area, solid: one.solid + other.solid, core: one.core + other.core)
        }
    }

    private var sums: [UInt32: Sum] = [:]
    private var scale: Scale

    init(_ regions: some Sequence<LabelRegion>, scale: Scale) {
        self.scale = scale
        for region in regions { add(region, as: region.value) }
    }

    /// Of several pictures.
    init(_ tallies: some Sequence<ValueTally>) {
        scale = .levels
        for tally in tallies {
            if tally.scale != .levels { scale = tally.scale }
            sums.merge(tally.sums) { $0 + $1 }
        }
    }

    mutating func add(_ region: LabelRegion, as value: UInt32) {
        sums[value] = (sums[value] ?? Sum()) + Sum(area: region.area, solid: region.solid, core: region.core)
    }

    var reading: Reading {
        guard scale != .indices, sums.count > 1, let top = sums.keys.max() else { return .objects }
        // What lossy compression makes of white differs a little from it; a few labels are told apart exactly.
        let white: UInt32 = top > 255 ? 65535 : 255, isMany = sums.count > 8
        let whites = sums.filter { isMany ? $0.key * 100 >= white * 92 : $0.key == white }
        if scale == .levels, let main = whites.max(by: { $0.value.area < $1.value.area })?.key,
            areEdges(sums.filter { whites[$0.key] == nil }, isMany: isMany)
        {
            return .softEdges(from: main / 2 + 1)
        }
        let edges = sums.count { $0.value.solid == 0 }
        return edges >= 6 && edges * 2 > sums.count ? .unclear(edges) : .objects
    }

    /// Whether these values are the edges of what is white.
    private func areEdges(_ grey: [UInt32: Sum], isMany: Bool) -> Bool {
        let rest = grey.values.reduce(Sum(), +), inside = sums.values.reduce(Sum(), +).area - rest.area
        guard rest.area > 0 else { return false }
        return isMany ? rest.solid * 4 <= rest.area && inside * 6 > rest.area : rest.core * 20 <= rest.area && inside * 2 > rest.area
    }

    /// Whether the pictures are of one object, and their values mean nothing else.
    /// - Throws: `MaskError` when they can be read two ways.
    func areOneObject(_ path: String) throws -> Bool {
        if scale == .levels, sums.count == 1, sums[255] != nil || sums[65535] != nil { return true }
        switch reading {
        case .objects: return false
        case .softEdges: return true
        case .unclear(let edges):
            throw MaskError(
                path: path, found: "\(sums.count) values, \(edges) of them at edges only, as blurred edges have",
                expected: "one value for each object (--masks-format label-png takes each for an object, binary-png all for one)")
        }
    }

    /// The sentence about one object whose edges are soft; nil when they are not.
    var note: String? {
        guard case .softEdges = reading else { return nil }
        return "one object with soft edges (\(sums.count) grey values): inside is what is nearer to white than to black "
            + "(--masks-format label-png takes each value for an object)"
    }
}

/// Counts the pixels of each region that begin a square of two, and of three, pixels of its value.
func countSolid(_ labels: LabelImage, in regions: [LabelRegion]) -> [LabelRegion] {
    guard regions.count > 1 else { return regions }
    var solid = [Int](repeating: 0, count: 1 << 16), core = solid
    let width = labels.width
    labels.values.withUnsafeBufferPointer { values in
        func isSquare(_ place: Int, _ side: Int) -> Bool {
            (0..<side).allSatisfy { line in
                (0..<side).allSatisfy { values[place + line * width + $0] == values[place] }
            }
        }
        for row in 0..<max(0, labels.height - 1) {
            for column in 0..<width - 1 where values[row * width + column] != 0 {
                let place = row * width + column
                guard isSquare(place, 2) else { continue }
                solid[Int(values[place])] += 1
                if row < labels.height - 2, column < width - 2, isSquare(place, 3) { core[Int(values[place])] += 1 }
            }
        }
    }
    return regions.map { region in
        var region = region
        (region.solid, region.core) = (solid[Int(region.value)], core[Int(region.value)])
        return region
    }
}
