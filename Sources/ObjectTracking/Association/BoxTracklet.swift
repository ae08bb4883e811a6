import Imaging
import Masks

/// A sequence of detections that were unambiguously matched to one object.
struct BoxTracklet: Sendable {
    /// A detection on a frame.
    struct Hit: Sendable {
        /// Index among all detections.
        let detection: Int
        let frame: Int
        /// Presentation time in seconds.
        let time: Double
        let box: Rectangle
        /// Rank of its score among all scores, 0...1.
        let strength: Double
        /// Fraction of its box not covered by boxes in front of it, 0...1.
        var visible = 1.0
        /// nil without images, or if too few pixels are visible.
        var colours: BoxColours?

        /// True if its colours are those of the object.
        var isSeenWell: Bool { colours != nil && visible >= AssociationConstants.visible }
    }

    let id: Int
    /// Ascending by frame; at least one.
    var hits: [Hit]

    var first: Hit { hits[0] }
    var last: Hit { hits[hits.count - 1] }

    /// Seconds from the first to the last frame.
    var duration: Double { last.time - first.time }

    /// Hits of the first or last second.
    func hits(atEnd: Bool) -> [Hit] {
        atEnd ? hits.filter { $0.time >= last.time - 1 } : hits.filter { $0.time <= first.time + 1 }
    }

    /// Mean colours over the last or first `seconds` in which it was clearly visible; nil if it never was.
    func colours(atEnd: Bool, seconds: Double) -> BoxColours? {
        let clear = hits.filter(\.isSeenWell)
        guard let first = clear.first, let last = clear.last else { return nil }
        return clear.filter { atEnd ? $0.time >= last.time - seconds : $0.time <= first.time + seconds }.colours
    }
}

extension Sequence<BoxTracklet.Hit> {
    /// Mean colours of the clearly visible hits; nil if there are none.
    var colours: BoxColours? {
        var mean = BoxColours.Mean()
        for hit in self {
            guard hit.isSeenWell, let colours = hit.colours else { continue }
            mean.add(colours, weight: Float(hit.visible))
        }
        return mean.colours
    }
}

extension Sequence<Double> {
    /// The median, the upper of two; 0 for an empty list.
    var median: Double {
        let values = sorted()
        return values.isEmpty ? 0 : values[values.count / 2]
    }
}
