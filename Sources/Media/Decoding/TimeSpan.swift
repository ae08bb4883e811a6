/// A half-open range of presentation times in seconds.
package struct TimeSpan: Sendable, Equatable {
    /// Inclusive.
    package let start: Double
    /// Exclusive; infinite if the range extends to the end of the clip.
    package let end: Double

    /// - Parameters:
    ///   - start: seconds from the start of the clip, not negative.
    ///   - duration: seconds, positive; nil for the rest of the clip.
    /// - Returns: nil for invalid numbers.
    package init?(start: Double = 0, duration: Double? = nil) {
        guard start.isFinite, start >= 0, duration.map({ $0.isFinite && $0 > 0 }) ?? true else { return nil }
        self.start = start
        end = duration.map { start + $0 } ?? .infinity
    }

    /// The range extended by `seconds` at both ends, but not before the start of the clip.
    package func widened(by seconds: Double) -> TimeSpan {
        TimeSpan(from: max(0, start - seconds), until: end + seconds)
    }

    private init(from start: Double, until end: Double) { (self.start, self.end) = (start, end) }

    /// Half a microsecond: finer than any frame interval, coarser than rounding errors.
    private static let tolerance = 5e-7

    /// True if a frame displayed from `time` on starts inside the range.
    package func contains(_ time: Double) -> Bool {
        hasBegun(at: time) && !isOver(at: time)
    }

    func hasBegun(at time: Double) -> Bool {
        time >= start - Self.tolerance
    }

    /// True if no frame displayed from `time` on can be inside.
    func isOver(at time: Double) -> Bool {
        time >= end - Self.tolerance
    }
}
