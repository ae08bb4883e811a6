import Imaging

/// Cells of `LocalColours`. The most important are measured in the tests' PropagationConstants.md.
package enum LocalColourConstants {
    /// Cells along the longer side of the object: more tells parts apart, and leaves each with fewer pixels.
    package static let cells: Float = 6
    /// The same where the camera stands still: what a cell of few pixels gets wrong the background mends. 8 to 16 have the same J;
    /// before a camera that moves they lose whole objects.
    package static let stillCells: Float = 8
    /// Side in pixels of the smallest cell: below it noise decides.
    package static let smallestCell: Float = 8
    /// Pixels of a colour in a cell, as a share of the cell, that count as no evidence: more mistrusts rare colours.
    package static let noise: Float = 0.01
    /// Pixels around the object that count as its surroundings, besides half its longer side.
    package static let margin = 8
    /// Share of its count that a cell adds to its neighbours in space, and in colour.
    package static let spaceBlur: Float = 0.5
    package static let colourBlur: Float = 0.25
}

/// Log-odds of each colour to be the object's, at each place of one frame: counts in cells of space and colour, so
/// that a look-alike elsewhere in the picture, or a part of the object of another colour, does not count here. Source:
/// the bilateral grid of Märki et al., Bilateral Space Video Segmentation, CVPR 2016.
struct LocalColours: Sendable {
    private typealias Constant = LocalColourConstants

    /// Colour bins along each axis.
    private static let side = 8
    private static let colours = side * side * side

    /// Middle of the object.
    let centre: SIMD2<Float>
    /// Square root of its area.
    let scale: Float
    private let cell: Float
    private let origin: SIMD2<Float>
    private let columns: Int
    private let rows: Int
    /// `[rows, columns * colours]`.
    private let odds: Plane<Float>

    /// - Parameters:
    ///   - region: share of each pixel that is the object's, 0...1; pixels up to its size away from it count as
    ///   surroundings.
    ///   - layers: evidence of layers: pixels that are about to join the object do not count as its surroundings.
    ///   - cells: cells along the longer side of the object.
    /// - Returns: nil when the region is empty.
    init?(_ features: FrameFeatures, region: Plane<Float>, layers: Plane<Float> = .nothing, cells: Float) {
        guard let bounds = region.bounds(above: 0.5),
            let box = bounds.grown(by: Constant.margin + max(bounds.width, bounds.height) / 2, within: features.box)
        else { return nil }
        let cell = max(Constant.smallestCell, Float(max(bounds.width, bounds.height)) / cells)
        columns = Int(Float(box.width) / cell) + 2
        rows = Int(Float(box.height) / cell) + 2
        let grid = BoundingBox(left: 0, top: 0, width: columns * Self.colours, height: rows)
        let inside = MutablePlane<Float>(grid, repeating: 0), outside = MutablePlane<Float>(grid, repeating: 0)
        let bins = features.bins(in: box)
        var sum = SIMD2<Float>(0, 0), area: Float = 0
        box.forEachPixel { x, y in
            let share = region.value(x, y), column = Int(Float(x - box.left) / cell + 0.5)
            let place = inside.place(
                column * Self.colours + Self.coarse(bins[x, y]), Int(Float(y - box.top) / cell + 0.5))
            inside[place] += share
            outside[place] += (1 - share) * (1 - joinedShare(layers.value(x, y)))
            if share > 0.5 {
                sum += SIMD2(Float(x), Float(y))
                area += 1
            }
        }
        guard area > 0 else { return nil }
        let object = Self.blurred(inside.finished(), columns: columns)
        let surroundings = Self.blurred(outside.finished(), columns: columns)
        let floor = Constant.noise * cell * cell
        let odds = MutablePlane<Float>(grid)
        for place in odds.indices {
            // Most colours are not to be seen in most places.
            odds[place] = object[place] == surroundings[place]
                ? 0 : logarithm((object[place] + floor) / (surroundings[place] + floor))
        }
        self.odds = odds.finished()
        centre = sum / area
        scale = area.squareRoot()
        self.cell = cell
        origin = SIMD2(Float(box.left), Float(box.top))
    }

    /// The log-odds of a colour at a place of the frame; at the nearest one that was seen when it lies outside.
    /// - Parameter bin: of `ColourBins`.
    @inline(__always)
    func odds(_ bin: UInt16, at place: SIMD2<Float>) -> Float {
        let limit = SIMD2(Float(columns - 1), Float(rows - 1))
        let position = ((place - origin) / cell).clamped(lowerBound: SIMD2(0, 0), upperBound: limit)
        let left = min(Int(position.x), max(0, columns - 2)), top = min(Int(position.y), max(0, rows - 2))
        let x = position.x - Float(left), y = position.y - Float(top)
        let first = (top * columns + left) * Self.colours + Self.coarse(bin)
        let right = columns > 1 ? Self.colours : 0, below = rows > 1 ? columns * Self.colours : 0
        return (odds[first] * (1 - x) + odds[first + right] * x) * (1 - y)
            + (odds[first + below] * (1 - x) + odds[first + below + right] * x) * y
    }

    @inline(__always)
    private static func coarse(_ bin: UInt16) -> Int {
        let bin = Int(bin)
        return (bin >> 9) << 6 | ((bin >> 5) & 7) << 3 | (bin >> 1) & 7
    }

    /// Counts to which neighbours in space and colour add a share of theirs.
    private static func blurred(_ counts: Plane<Float>, columns: Int) -> Plane<Float> {
        let rows = counts.box.height
        let axes: [(step: Int, length: Int, share: Float)] = [
            (columns * colours, rows, Constant.spaceBlur), (colours, columns, Constant.spaceBlur),
            (side * side, side, Constant.colourBlur), (side, side, Constant.colourBlur), (1, side, Constant.colourBlur),
        ]
        return axes.reduce(counts) { source, axis in
            axis.step == 1 ? blurredInGroups(source, axis.share) : blurred(source, axis.step, axis.length, axis.share)
        }
    }

    private typealias Group = SIMD8<Float>

    /// Counts to which the neighbours along an axis add a share of theirs.
    /// - Parameter step: places from one to the next, a multiple of 8; there are `length` in a row.
    private static func blurred(_ source: Plane<Float>, _ step: Int, _ length: Int, _ share: Float) -> Plane<Float> {
        let result = MutablePlane<Float>(source.box), first = result.row(0).pointer, counts = source.pointer(0, 0)
        for start in stride(from: 0, to: source.count, by: step) {
            let position = start / step % length
            for place in stride(from: start, to: start + step, by: 8) {
                var sum = group(counts + place)
                if position > 0 { sum += share * group(counts + place - step) }
                if position + 1 < length { sum += share * group(counts + place + step) }
                UnsafeMutableRawPointer(first + place).storeBytes(of: sum, as: Group.self)
            }
        }
        return result.finished()
    }

    /// The same along the axis of which 8 places in a row are all there are.
    private static func blurredInGroups(_ source: Plane<Float>, _ share: Float) -> Plane<Float> {
        let result = MutablePlane<Float>(source.box), first = result.row(0).pointer, counts = source.pointer(0, 0)
        for place in stride(from: 0, to: source.count, by: side) {
            let own = group(counts + place)
            let before = Group(0, own[0], own[1], own[2], own[3], own[4], own[5], own[6])
            let after = Group(own[1], own[2], own[3], own[4], own[5], own[6], own[7], 0)
            UnsafeMutableRawPointer(first + place).storeBytes(of: own + share * before + share * after, as: Group.self)
        }
        return result.finished()
    }

    @inline(__always)
    private static func group(_ pointer: UnsafePointer<Float>) -> Group {
        UnsafeRawPointer(pointer).loadUnaligned(as: Group.self)
    }
}
