import Foundation
import Imaging
import Media

/// End of a clip that is taken to be that of its event, where their lengths differ.
package enum ClipAlignment: String, CaseIterable, Sendable {
    case start, end
}

/// Readings of where a clip begins in time. Frigate cuts recordings at keyframes, so that a clip may begin before its event; and
/// what it has not kept is missing.
struct ClipTimes: Equatable {
    struct Start: Equatable {
        let alignment: ClipAlignment
        /// Seconds since 1970.
        let time: Double
    }

    /// Seconds by which the clip's and the event's length may differ, for the two to be the same.
    private static let tolerance = 0.15

    /// Beginnings that the clip may have, the likelier first.
    let starts: [Start]
    /// Seconds of the clip less those of the event.
    let excess: Double

    /// - Parameters:
    ///   - duration: of the clip.
    ///   - alignment: as a user gave it; nil to find out.
    init(_ event: FrigateEvent, end: Double, duration: Double, alignment: ClipAlignment?) {
        excess = duration - (end - event.start)
        let atStart = Start(alignment: .start, time: event.start), atEnd = Start(alignment: .end, time: end - duration)
        if abs(excess) <= Self.tolerance {
            starts = [atStart]
        } else {
            let readings = excess > 0 ? [atEnd, atStart] : [atStart, atEnd]
            starts = readings.filter { reading in alignment.map { $0 == reading.alignment } ?? true }
        }
    }

    /// Seconds that a clip may lack, beyond which a part of its recording is missing.
    static let shortness = 1.0
}

extension VideoClip {
    /// Seconds of the whole clip, decoded where nothing else tells; nil for a damaged one.
    func length() throws -> Double? {
        guard let count = try countFrames(), count > 0 else { return nil }
        let last = time(ofFrame: count - 1) ?? Double(count - 1) / info.frameRate
        return duration(upTo: last, isLast: true)
    }

    /// Number of the frame that is shown at a time of the clip; nil outside of it.
    func frame(at time: Double, length: Double) throws -> Int? {
        guard time >= 0, time <= length, let count = try countFrames(), count > 0 else { return nil }
        guard self.time(ofFrame: 0) != nil else { return min(count - 1, Int((time * info.frameRate).rounded())) }
        var low = 0, high = count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if (self.time(ofFrame: middle) ?? .infinity) <= time + 0.5 / info.frameRate { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
