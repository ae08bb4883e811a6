import Imaging
import Masks

/// Limits of `TrackletPair`.
package enum PairConstants {
    /// Depth of a notch, share of a neck and difference of colours that count as one each, as usual over the tracklet.
    static let notch: Float = 0.2
    static let neck: Float = 0.4
    static let colour: Float = 80
    /// Sum of the three from which there are two objects. Less splits cars into cab and load; more leaves balls together.
    static let threshold: Float = 1.15
    /// Difference of colours without which there is one object: a dog has a neck as well.
    static let fewestColour: Float = 40
    /// Sum of notch and neck without which there is one object, unless the colours differ by `certainColour`.
    static let fewestShape: Float = 0.25
    static let certainColour: Float = 120
    /// Way that the two go together, in their widths or heights, if their colours differ by less than `ownColour`: people dressed alike
    /// who stand and talk stay one group.
    static let way = 1.2
    static let ownColour: Float = 60
    /// Frames on which the sides can be compared, and share of the tracklet's.
    static let fewestFrames = 4
    static let framesShare = 0.5
    /// Cuts by which the one of a frame may lie beside the usual one.
    static let play = 1
}

/// Two objects that go side by side and touch all along, so that no frame shows them apart: a tracklet cut in two.
struct TrackletPair {
    private typealias Constant = PairConstants

    /// Keeps the tracklet's number.
    private(set) var left: Tracklet
    private(set) var right: Tracklet

    /// - Parameter number: of the right one.
    /// - Returns: nil for a tracklet that shows one object, or no cut that is beyond doubt.
    init?(_ tracklet: Tracklet, numbered number: Int) {
        self.init(tracklet.places.map { [$0] }, tracklet, numbered: number)
    }

    /// - Parameters:
    ///   - frames: by frame, ascending, the two as one region, or as two from left to right.
    ///   - tracklet: gives the left one its number, and both their links.
    init?(_ frames: [[Tracklet.Place]], _ tracklet: Tracklet, numbered number: Int) {
        let whole = frames.filter { $0.count == 1 }.joined(), sides = whole.compactMap(\.sides)
        guard sides.count >= Constant.fewestFrames, Double(sides.count) >= Constant.framesShare * Double(whole.count),
            let usual = Self.cut(through: sides, way: frames.compactMap { $0.first?.box }.way)
        else { return nil }
        (left, right) = (tracklet, Tracklet(id: number, places: [], before: tracklet.before, after: tracklet.after))
        left.places = []
        for places in frames {
            guard let first = places.first, let last = places.last else { continue }
            let parts = places.count > 1 ? (left: first.mask, right: last.mask) : Self.parts(of: first, usual)
            if let one = parts.left { left.places.append(Tracklet.Place(frame: first.frame, time: first.time, mask: one)) }
            if let other = parts.right { right.places.append(Tracklet.Place(frame: first.frame, time: first.time, mask: other)) }
        }
        guard !left.places.isEmpty, !right.places.isEmpty else { return nil }
    }

    /// A region cut at the best place near the usual one.
    private static func parts(of place: Tracklet.Place, _ usual: Int) -> (left: StoredMask?, right: StoredMask?) {
        let near = max(0, usual - Constant.play)...min(RegionSides.cuts - 1, usual + Constant.play)
        let cut = place.sides.flatMap { sides in near.max { sides.evidence[$0] < sides.evidence[$1] } } ?? usual
        return place.mask.cut(at: RegionSides.column(of: cut, in: place.box))
    }

    /// The cut that is usually the best; nil if no cut has enough evidence.
    private static func cut(through sides: [RegionSides], way: Double) -> Int? {
        func usual(_ values: (RegionSides) -> SIMD16<Float>, _ cut: Int) -> Float {
            sides.map { values($0)[cut] }.sorted()[sides.count / 2]
        }
        let cuts = (0..<RegionSides.cuts).compactMap { cut -> (cut: Int, evidence: Float)? in
            let shape = usual(\.notch, cut) / Constant.notch + usual(\.neck, cut) / Constant.neck, colour = usual(\.colour, cut)
            let evidence = shape + colour / Constant.colour
            guard colour >= (way < Constant.way ? Constant.ownColour : Constant.fewestColour), evidence >= Constant.threshold,
                shape >= Constant.fewestShape || colour >= Constant.certainColour
            else { return nil }
            return (cut, evidence)
        }
        return cuts.max { $0.evidence < $1.evidence }?.cut
    }
}

extension RegionSides {
    /// By cut: evidence that there is one object on either side.
    fileprivate var evidence: SIMD16<Float> {
        notch / PairConstants.notch + neck / PairConstants.neck + colour / PairConstants.colour
    }
}

extension StoredMask {
    /// Pixels left of a column of the picture, and the others; nil for none.
    fileprivate func cut(at column: Int) -> (left: StoredMask?, right: StoredMask?) {
        let size = PictureSize(width: width, height: height)
        var left: [Range<Int>] = [], right: [Range<Int>] = []
        forEachPixel { place in
            if place % width < column { left.extend(by: place) } else { right.extend(by: place) }
        }
        return (StoredMask(size: size, spans: left), StoredMask(size: size, spans: right))
    }
}

extension [Range<Int>] {
    /// Adds a place behind the last one.
    fileprivate mutating func extend(by place: Int) {
        if let end = last, end.upperBound == place {
            self[count - 1] = end.lowerBound..<place + 1
        } else {
            append(place..<place + 1)
        }
    }
}
