import Imaging
import Masks

/// An object over consecutive frames on each of which it is a region of its own, beyond doubt the same as on the frame before.
struct Tracklet: Sendable {
    /// A region on one frame.
    struct Place: Sendable {
        let frame: Int
        let time: Double
        /// At the working size.
        let mask: StoredMask
        /// Its two sides compared, if it may show two objects.
        var sides: RegionSides?
        /// Nil on frames whose colours are not looked at.
        var colours: BoxColours?

        var box: BoundingBox { mask.box }
    }

    let id: Int
    /// Ascending by frame; at least one.
    var places: [Place]
    /// Tracklets with a region that its first one, or that its last one, overlaps on the next frame.
    var before: Set<Int> = []
    var after: Set<Int> = []

    var first: Place { places[0] }
    var last: Place { places[places.count - 1] }

    /// Seconds from the first to the last frame.
    var duration: Double { last.time - first.time }

    /// Usual number of pixels.
    var usualArea: Int { places.map(\.mask.area).sorted()[places.count / 2] }

    /// Extent of its way, in its usual widths or heights, whichever is more of them.
    var way: Double { places.map(\.box).way }

    /// Motion over the last half second or so, in pixels a frame.
    var velocity: SIMD2<Double> { velocity(among: places.suffix(6)) }

    /// Motion over the first second, in pixels a frame.
    var firstVelocity: SIMD2<Double> { velocity(among: places.prefix { $0.time <= first.time + 1 }) }

    /// Motion over the last second, in pixels a frame.
    var lastVelocity: SIMD2<Double> { velocity(among: places.drop { $0.time < last.time - 1 }) }

    /// Mean colours over the last `seconds`, or over the first; nil if they were not looked at.
    func colours(atEnd: Bool, seconds: Double) -> BoxColours? {
        var mean = BoxColours.Mean()
        for place in atEnd ? places.drop(while: { $0.time < last.time - seconds }) : places.prefix(while: { $0.time <= first.time + seconds }) {
            if let colours = place.colours { mean.add(colours, weight: 1) }
        }
        return mean.colours
    }

    private func velocity(among places: ArraySlice<Place>) -> SIMD2<Double> {
        guard let earlier = places.first, let later = places.last, later.frame > earlier.frame else { return .zero }
        return (later.box.middle - earlier.box.middle) / Double(later.frame - earlier.frame)
    }
}

extension [BoundingBox] {
    /// Extent of the way of their centres, in their usual widths or heights, whichever is more of them; the list is not empty.
    var way: Double {
        func extent(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }
        let middles = map(\.middle)
        let width = map(\.width).sorted()[count / 2], height = map(\.height).sorted()[count / 2]
        return Swift.max(extent(middles.map(\.x)) / Double(width), extent(middles.map(\.y)) / Double(height))
    }
}

extension BoundingBox {
    /// Its centre, in pixels.
    var middle: SIMD2<Double> {
        SIMD2(Double(left) + Double(width) / 2, Double(top) + Double(height) / 2)
    }
}
