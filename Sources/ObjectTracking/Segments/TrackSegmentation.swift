import Imaging
import Masks

/// Cuts tracks into the parts that they are told in.
///
/// Parts of a given length begin that length apart; where the object is hidden for longer than one part, counting begins
/// anew. The last one takes what is left with it, unless that is half a part or more. Automatic parts begin where the
/// object's behaviour changes (`BehaviourChanges`) or after it was hidden for long; ones that are too short are joined to a
/// neighbour.
package struct TrackSegmentation: Sendable, Equatable {
    /// Seconds that an automatic part lasts at least: shorter ones make a flood of captions that say little.
    package static let shortestPart = 1.5
    /// Seconds without the object after which an automatic part begins.
    static let longestPause = 2.0
    /// Share of a given length that a part lasts at least.
    static let shortestShare = 0.5

    let length: SegmentLength
    /// Size of the pictures, whose edges objects enter and leave at.
    let picture: PictureSize

    package init(_ length: SegmentLength, picture: PictureSize) {
        (self.length, self.picture) = (length, picture)
    }

    /// The parts of a track.
    /// - Parameters:
    ///   - visible: where the track is seen, ascending.
    ///   - time: seconds of presentation of a frame.
    /// - Returns: indices of `visible`, which the parts cover; none for a track that is too short for two parts.
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

    /// Number of parts of a track that is seen for `seconds` without a break; nil when that depends on what it does.
    package func expectedParts(seconds duration: Double) -> Int? {
        guard case .seconds(let seconds) = length else { return nil }
        let count = Int(exactly: (duration / seconds + Self.shortestShare).rounded(.down)) ?? 0
        return count > 1 ? count : 0
    }
}

/// Times at which a track is seen.
struct SeenTimes {
    /// Seconds that count as no difference: frames' times are not exact.
    private static let tolerance = 1e-6

    /// Ascending.
    let times: [Double]
    /// Seconds from one to the next, as a rule.
    let step: Double

    init(_ times: [Double]) {
        self.times = times
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        step = steps.isEmpty ? 0 : steps[steps.count / 2]
    }

    /// Seconds from the first to the end of the last.
    func duration(_ part: Range<Int>) -> Double { times[part.upperBound - 1] - times[part.lowerBound] + step }

    /// Runs of frames between pauses that are longer than `pause` seconds.
    func stretches(pause: Double) -> [Range<Int>] {
        times.indices.cut(at: times.indices.dropFirst().filter { times[$0] - times[$0 - 1] > pause + Self.tolerance })
    }

    /// Parts that begin `seconds` apart, as far as something is seen in them.
    func cut(_ stretch: Range<Int>, every seconds: Double) -> [Range<Int>] {
        func number(_ index: Int) -> Double { ((times[index] - times[stretch.lowerBound] + Self.tolerance) / seconds).rounded(.down) }
        return stretch.cut(at: stretch.dropFirst().filter { number($0) != number($0 - 1) })
    }

    /// The parts, each that is shorter than `shortest` seconds joined to a neighbour, the shortest first: to the one that
    /// no long pause is in front of, else to the shorter one.
    func joined(_ parts: [Range<Int>], shortest: Double, pause: Double) -> [Range<Int>] {
        var parts = parts
        /// Cost of joining a part to the one before it.
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
    /// The range in pieces.
    /// - Parameter places: where pieces begin, ascending, besides the first.
    func cut(at places: [Int]) -> [Range<Int>] {
        guard !isEmpty else { return [] }
        let bounds = [lowerBound] + places + [upperBound]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }
}
