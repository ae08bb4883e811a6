import Imaging

/// Separation of `MaskParts`.
package enum MaskPartConstants {
    /// Share of a mask's pixels below which a piece is no part of its own: less takes a limb cut off by a post for one.
    package static let share: Float = 0.2
    /// Pieces nearer to each other than this share of the square root of the mask's area are one part: less separates what a
    /// post cuts in two, more notices late that people part.
    package static let gap: Float = 0.25
}

/// A part of a mask that goes its own way, as one of two people who part.
struct MaskPart: Sendable, Equatable {
    /// Middle of its pixels.
    var centre: SIMD2<Float>
    /// Square root of its area.
    var scale: Float
    /// The place that the given mask's colours have for that middle, and the scale they have there.
    let given: SIMD2<Float>
    let givenScale: Float
}

/// The parts of a track's mask. One that was given as a whole and comes apart is found again part by part in the given mask's
/// colours: its middle would lie between them.
struct MaskParts: Sendable, Equatable {
    private typealias Constant = MaskPartConstants

    private(set) var parts: [MaskPart]

    /// One part: all of a given mask.
    init(_ given: LocalColours) {
        parts = [MaskPart(centre: given.centre, scale: given.scale, given: given.centre, givenScale: given.scale)]
    }

    /// One part: all of a mask that was found again.
    init(_ given: LocalColours, at found: LocalColours) {
        parts = [MaskPart(centre: found.centre, scale: found.scale, given: given.centre, givenScale: given.scale)]
    }

    /// Number of the part that is nearest to a place, measured by their sizes.
    @inline(__always)
    func nearest(to place: SIMD2<Float>) -> Int {
        guard parts.count > 1 else { return 0 }
        var best = 0, least = Float.infinity
        for (index, part) in parts.enumerated() {
            let off = (place - part.centre) / max(part.scale, 1), distance = (off * off).sum()
            if distance < least { (best, least) = (index, distance) }
        }
        return best
    }

    /// The parts where their motion takes them.
    /// - Parameter shifts: of each part, in pixels.
    func moved(by shifts: [SIMD2<Float>]) -> MaskParts {
        var next = self
        for index in parts.indices { next.parts[index].centre += shifts[index] }
        return next
    }

    /// The parts of the mask that was found where these, moved on, should be.
    /// - Parameters:
    ///   - mask: the chance of each pixel.
    ///   - whole: middle and size of all of it.
    func found(in mask: Plane<Float>, whole: LocalColours) -> MaskParts {
        var next = self
        let pieces = Self.pieces(of: mask, scale: whole.scale)
        guard parts.count > 1 || pieces.count > 1 else {
            next.parts = parts.map { MaskPart(centre: whole.centre, scale: whole.scale, given: $0.given, givenScale: $0.givenScale) }
            return next
        }
        let owners = pieces.map { nearest(to: $0.centre) }
        next.parts = parts.indices.flatMap { index -> [MaskPart] in
            let part = parts[index], own = pieces.indices.filter { owners[$0] == index }
            let shared = pieces.filter { $0.holds(part.centre) }
            // Pieces that touch another part do not tell the middle of either.
            if let piece = shared.first, parts.indices.contains(where: { $0 != index && piece.holds(parts[$0].centre) }) { return [part] }
            guard own.count > 1 else {
                guard let piece = own.first.map({ pieces[$0] }) else { return [] }
                return [MaskPart(centre: piece.centre, scale: piece.scale, given: part.given, givenScale: part.givenScale)]
            }
            let whole = own.reduce(Float(0)) { $0 + pieces[$1].scale * pieces[$1].scale }.squareRoot()
            let ratio = part.givenScale / max(whole, 1)
            return own.map { pieces[$0] }.map { piece in
                MaskPart(
                    centre: piece.centre, scale: piece.scale, given: part.given + ratio * (piece.centre - part.centre),
                    givenScale: ratio * piece.scale)
            }
        }
        return next.parts.isEmpty ? self : next
    }

    /// Pieces of a mask that lie apart from each other and are no specks.
    private static func pieces(of mask: Plane<Float>, scale: Float) -> [MaskPiece] {
        let reach = Int(Constant.gap * scale / 2)
        let regions = ConnectedRegions(mask.dilated(by: reach).mapped { $0 > 0.5 ? 1 : 0 }).regions
        return regions.compactMap { MaskPiece($0, of: mask) }.filter { $0.scale * $0.scale > Constant.share * scale * scale }
    }
}

/// A piece of a mask, with what is near it.
private struct MaskPiece {
    let centre: SIMD2<Float>
    /// Square root of its area.
    let scale: Float
    private let box: BoundingBox

    init?(_ region: ConnectedRegion, of mask: Plane<Float>) {
        var sum = SIMD2<Float>(0, 0), area: Float = 0
        region.forEachPlace { place in
            guard mask[place] > 0.5 else { return }
            sum += SIMD2(Float(mask.box.left + place % mask.box.width), Float(mask.box.top + place / mask.box.width))
            area += 1
        }
        guard area > 0 else { return nil }
        (centre, scale) = (sum / area, area.squareRoot())
        box = region.box.moved(x: mask.box.left, y: mask.box.top)
    }

    func holds(_ place: SIMD2<Float>) -> Bool {
        let x = Int(place.x), y = Int(place.y)
        return x >= box.left && x < box.right && y >= box.top && y < box.bottom
    }
}
