import Imaging
import Masks

/// Splits tracks into the segments in which they are described.
///
/// Segments of a fixed length start that length apart; after an interval longer than one segment in which the object is hidden,
/// counting restarts. The remainder is joined to the last one unless it is at least half a segment. Automatic segments start
/// where the object's behaviour changes (`BehaviourChanges`) or after it was hidden for long; too short ones are joined to a
/// neighbour.
package struct TrackSegmentation: Sendable, Equatable {
    /// Lower bound on an automatic segment's seconds: shorter ones make many captions that say little.
    package static let shortestPart = 1.5
    /// Seconds without the object after which a new automatic segment starts.
    static let longestPause = 2.0
    /// Lower bound on a segment, as a fraction of the fixed length.
    static let shortestShare = 0.5

    let length: SegmentLength
    /// Image size; objects enter and leave at its edges.
    let picture: PictureSize

    package init(_ length: SegmentLength, picture: PictureSize) {
        (self.length, self.picture) = (length, picture)
    }

    /// The segments of a track.
    /// - Parameters:
    ///   - visible: the track's appearances, ascending.
    ///   - time: presentation time of a frame in seconds.
    /// - Returns: index ranges that cover `visible`; none for a track that is too short for two segments.
    package func parts(of visible: ArraySlice<Track.Appearance>, time: (Int) -> Double) -> [Range<Int>] {
        let clock = SeenTimes(visible.map { time($0.frame) })
        let parts: [Range<Int>], shortest: Double, pause: Double
        switch length {
        case .seconds(let seconds):
            (shortest, pause) = (seconds * Self.shortestShare, seconds)
            parts = clock.stretches(pause: pause).flatMap { clock.cut($0, every: seconds) }
        case .automatic:
            (shortest, pause) = (Self.shortestPart, max(Self.longestPause, 3 * clock.step))
            let appearances = Array(visible)
            parts = clock.stretches(pause: pause).flatMap { stretch in
                let changes = BehaviourChanges(
                    TrackMotion(Array(appearances[stretch]), Array(clock.times[stretch]), step: clock.step), picture: picture)
                return stretch.cut(at: changes.places.map { stretch.lowerBound + $0 })
            }
        }
        let result = clock.joined(parts, shortest: shortest, pause: pause)
        guard result.count > 1 else { return [] }
        return result.map { $0.lowerBound + visible.startIndex..<$0.upperBound + visible.startIndex }
    }

    /// Number of segments of a track that is visible for `seconds` without a break; nil if that depends on its behaviour.
    package func expectedParts(seconds duration: Double) -> Int? {
        guard case .seconds(let seconds) = length else { return nil }
        let count = Int(exactly: (duration / seconds + Self.shortestShare).rounded(.down)) ?? 0
        return count > 1 ? count : 0
    }
}

/// Times at which a track is visible.
struct SeenTimes {
    /// Tolerance in seconds, because frames' times are inexact.
    private static let tolerance = 1e-6

    /// Ascending.
    let times: [Double]
    /// Typical difference of consecutive times, in seconds.
    let step: Double

    init(_ times: [Double]) {
        self.times = times
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        step = steps.isEmpty ? 0 : steps[steps.count / 2]
    }

    /// Seconds from the first to the end of the last.
    func duration(_ part: Range<Int>) -> Double { times[part.upperBound - 1] - times[part.lowerBound] + step }

    /// Runs of frames between pauses longer than `pause` seconds.
    func stretches(pause: Double) -> [Range<Int>] {
        times.indices.cut(at: times.indices.dropFirst().filter { times[$0] - times[$0 - 1] > pause + Self.tolerance })
    }

    /// Segments that start `seconds` apart, without empty ones.
    func cut(_ stretch: Range<Int>, every seconds: Double) -> [Range<Int>] {
        func number(_ index: Int) -> Double { ((times[index] - times[stretch.lowerBound] + Self.tolerance) / seconds).rounded(.down) }
        return stretch.cut(at: stretch.dropFirst().filter { number($0) != number($0 - 1) })
    }

    /// Joins each segment shorter than `shortest` seconds to a neighbour, the shortest first: to the one that is not separated
    /// by a long pause, else to the shorter one.
    func joined(_ parts: [Range<Int>], shortest: Double, pause: Double) -> [Range<Int>] {
        var parts = parts
        /// Cost of joining a segment to the previous one.
        func cost(_ index: Int, with other: Int) -> (Double, Double) {
            guard parts.indices.contains(index), parts.indices.contains(other) else { return (.infinity, .infinity) }
            let hidden = times[parts[index].lowerBound] - times[parts[index - 1].upperBound - 1]
            return (hidden > pause ? hidden : 0, duration(parts[other]))
        }
        while parts.count > 1 {
            let short = parts.indices.min { duration(parts[$0]) < duration(parts[$1]) } ?? 0
            guard duration(parts[short]) < shortest - Self.tolerance else { break }
            let before = cost(short, with: short - 1), behind = cost(short + 1, with: short + 1)
            let second = behind < before ? short + 1 : short
            parts[second - 1] = parts[second - 1].lowerBound..<parts[second].upperBound
            parts.remove(at: second)
        }
        return parts
    }
}

extension Range<Int> {
    /// Splits the range.
    /// - Parameter places: start of each piece but the first, ascending.
    func cut(at places: [Int]) -> [Range<Int>] {
        guard !isEmpty else { return [] }
        let bounds = [lowerBound] + places + [upperBound]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }
}
