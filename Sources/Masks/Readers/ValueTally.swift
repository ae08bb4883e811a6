import Imaging

/// What the values of a set of mask pictures are: a number for each object, or how much of a pixel one object covers.
///
/// An object is solid, so most of its pixels have neighbours of the same value to the right and below; the edges that
/// smooth resizing or lossy compression leave have not.
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
        var area = 0, solid = 0
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
            sums.merge(tally.sums) { Sum(area: $0.area + $1.area, solid: $0.solid + $1.solid) }
        }
    }

    mutating func add(_ region: LabelRegion, as value: UInt32) {
        sums[value, default: Sum()].area += region.area
        sums[value, default: Sum()].solid += region.solid
    }

    var reading: Reading {
        guard scale != .indices, sums.count > 1, let top = sums.keys.max(), let main = sums.max(by: { $0.value.area < $1.value.area })
        else { return .objects }
        let edges = sums.count { $0.value.solid == 0 }
        // What lossy compression makes of the inside differs a little from the end; a few labels are told apart exactly.
        let isMany = sums.count > 8
        let rest = sums.filter { isMany ? $0.key * 100 < main.key * 92 : $0.key != main.key }.values
        let area = rest.reduce(0) { $0 + $1.area }, solid = rest.reduce(0) { $0 + $1.solid }
        if scale == .levels, main.key >= 128, main.key * 4 >= top * 3, solid * (isMany ? 4 : 20) <= area {
            return .softEdges(from: main.key / 2 + 1)
        }
        return edges >= 8 && edges * 2 > sums.count ? .unclear(edges) : .objects
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

/// Counts the pixels of each region that have the same value as those to the right, below and between these.
func countSolid(_ labels: LabelImage, in regions: [LabelRegion]) -> [LabelRegion] {
    guard regions.count > 1 else { return regions }
    var counts: [UInt16: Int] = [:]
    let width = labels.width
    labels.values.withUnsafeBufferPointer { values in
        for row in 0..<max(0, labels.height - 1) {
            for place in row * width..<(row + 1) * width - 1 {
                let value = values[place]
                if value != 0, values[place + 1] == value, values[place + width] == value, values[place + width + 1] == value {
                    counts[value, default: 0] += 1
                }
            }
        }
    }
    return regions.map { region in
        var region = region
        region.solid = UInt16(exactly: region.value).flatMap { counts[$0] } ?? 0
        return region
    }
}
