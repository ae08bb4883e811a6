/// A part of a clip, in seconds of presentation.
package struct TimeSpan: Sendable, Equatable {
    /// The first moment inside.
    package let start: Double
    /// The first moment after it; infinite when it lasts to the end of the clip.
    package let end: Double

    /// - Parameters:
    ///   - start: seconds from the start of the clip, 0 or more.
    ///   - duration: seconds, more than 0; nil for the rest of the clip.
    /// - Returns: nil when either is no such number.
    package init?(start: Double = 0, duration: Double? = nil) {
        guard start.isFinite, start >= 0, duration.map({ $0.isFinite && $0 > 0 }) ?? true else { return nil }
        self.start = start
        end = duration.map { start + $0 } ?? .infinity
    }

    /// Span with `seconds` more before and after it; it does not begin before the clip.
    package func widened(by seconds: Double) -> TimeSpan {
        TimeSpan(from: max(0, start - seconds), until: end + seconds)
    }

    private init(from start: Double, until end: Double) { (self.start, self.end) = (start, end) }

    /// Half a microsecond, which is finer than any frame and coarser than what seconds are rounded to.
    private static let tolerance = 5e-7

    /// True if a frame shown from `time` on belongs to the part: its first moment is inside.
    package func contains(_ time: Double) -> Bool {
        hasBegun(at: time) && !isOver(at: time)
    }

    func hasBegun(at time: Double) -> Bool {
        time >= start - Self.tolerance
    }

    /// True if nothing shown from `time` on can be inside.
    func isOver(at time: Double) -> Bool {
        time >= end - Self.tolerance
    }
}
