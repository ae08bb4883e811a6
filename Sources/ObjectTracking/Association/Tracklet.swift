import Imaging
import Masks

/// A sequence of regions in consecutive frames, unambiguously of the same object.
struct Tracklet: Sendable {
    /// A region in one frame.
    struct Place: Sendable {
        let frame: Int
        let time: Double
        /// At the working size.
        let mask: StoredMask
        /// The part of it that shows the object, of a whole region; nil for part of one.
        var outline: StoredMask?
        /// Comparison of its two sides, if it may show two objects.
        var sides: RegionSides?
        /// nil on frames whose colours are not computed.
        var colours: BoxColours?

        var box: BoundingBox { mask.box }
    }

    let id: Int
    /// Ascending by frame; at least one.
    var places: [Place]
    /// Tracklets with a region that overlaps the first region in the frame before, or the last region in the frame after.
    var before: Set<Int> = []
    var after: Set<Int> = []

    var first: Place { places[0] }
    var last: Place { places[places.count - 1] }

    /// Seconds from the first to the last frame.
    var duration: Double { last.time - first.time }

    /// Median number of pixels.
    var usualArea: Int { places.map(\.mask.area).sorted()[places.count / 2] }

    /// Extent of its path, in its usual widths or heights, whichever is greater.
    var way: Double { places.map(\.box).way }

    /// Velocity over the last half second or so, in pixels per frame.
    var velocity: SIMD2<Double> { velocity(among: places.suffix(6)) }

    /// Velocity over the first second, in pixels per frame.
    var firstVelocity: SIMD2<Double> { velocity(among: places.prefix { $0.time <= first.time + 1 }) }

    /// Velocity over the last second, in pixels per frame.
    var lastVelocity: SIMD2<Double> { velocity(among: places.drop { $0.time < last.time - 1 }) }

    /// Mean colours over the last or first `seconds`; nil if not computed.
    func colours(atEnd: Bool, seconds: Double) -> BoxColours? {
        var mean = BoxColours.Mean()
        let near = atEnd
            ? places.drop { $0.time < last.time - seconds } : places.prefix { $0.time <= first.time + seconds }
        for place in near {
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
    /// Extent of the centres' path, in the usual widths or heights, whichever is greater; the list must not be empty.
    var way: Double {
        func extent(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }
        let middles = map(\.middle)
        let width = map(\.width).sorted()[count / 2], height = map(\.height).sorted()[count / 2]
        return Swift.max(extent(middles.map(\.x)) / Double(width), extent(middles.map(\.y)) / Double(height))
    }
}

extension BoundingBox {
    /// The centre, in pixels.
    var middle: SIMD2<Double> {
        SIMD2(Double(left) + Double(width) / 2, Double(top) + Double(height) / 2)
    }
}
