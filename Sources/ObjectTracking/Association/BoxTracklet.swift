import Imaging
import Masks

/// An object over the frames where detections were matched with one another beyond doubt.
struct BoxTracklet: Sendable {
    /// A detection on a frame.
    struct Hit: Sendable {
        /// Its place among all detections.
        let detection: Int
        let frame: Int
        /// Seconds of presentation.
        let time: Double
        let box: Rectangle
        /// Place of its score among all scores, 0...1.
        let strength: Double
        /// Share of its box that no box in front of it covers, 0...1.
        var visible = 1.0
        /// Nil without pictures, or where hardly a pixel is seen.
        var colours: BoxColours?

        /// True if its colours are the object's.
        var isSeenWell: Bool { colours != nil && visible >= AssociationConstants.visible }
    }

    let id: Int
    /// Ascending by frame; at least one.
    var hits: [Hit]

    var first: Hit { hits[0] }
    var last: Hit { hits[hits.count - 1] }

    /// Seconds from the first to the last frame.
    var duration: Double { last.time - first.time }

    /// Hits of the first second, or of the last one.
    func hits(atEnd: Bool) -> [Hit] {
        atEnd ? hits.filter { $0.time >= last.time - 1 } : hits.filter { $0.time <= first.time + 1 }
    }

    /// Mean colours over the last `seconds`, or the first, in which it was seen well; nil if it never was.
    func colours(atEnd: Bool, seconds: Double) -> BoxColours? {
        let clear = hits.filter(\.isSeenWell)
        guard let first = clear.first, let last = clear.last else { return nil }
        return clear.filter { atEnd ? $0.time >= last.time - seconds : $0.time <= first.time + seconds }.colours
    }
}

extension Sequence<BoxTracklet.Hit> {
    /// Mean colours of those that are seen well; nil if none is.
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
    /// The middle value, the upper one of two; 0 for none.
    var median: Double {
        let values = sorted()
        return values.isEmpty ? 0 : values[values.count / 2]
    }
}
