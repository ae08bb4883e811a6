import Foundation
import Imaging
import Media

/// End of a clip that is aligned with its event's if their lengths differ.
package enum ClipAlignment: String, CaseIterable, Sendable {
    case start, end
}

/// Candidates for the start time of a clip. Frigate cuts recordings at keyframes, so a clip may begin before its event, and parts
/// that were not kept are missing.
struct ClipTimes: Equatable {
    struct Start: Equatable {
        let alignment: ClipAlignment
        /// Seconds since 1970.
        let time: Double
    }

    /// Tolerance in seconds for equal lengths of clip and event.
    private static let tolerance = 0.15

    /// Possible start times of the clip, most likely first.
    let starts: [Start]
    /// Seconds by which the clip is longer than the event.
    let excess: Double

    /// - Parameters:
    ///   - duration: duration of the clip.
    ///   - alignment: the user's choice; nil to decide automatically.
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

    /// Seconds that a clip may be short before part of its recording is taken to be missing.
    static let shortness = 1.0
}

extension VideoClip {
    /// Seconds of the whole clip, decoded if necessary; nil for a damaged one.
    func length() throws -> Double? {
        guard let count = try countFrames(), count > 0 else { return nil }
        let last = time(ofFrame: count - 1) ?? Double(count - 1) / info.frameRate
        return duration(upTo: last, isLast: true)
    }

    /// Number of the frame shown at a time of the clip; nil outside it.
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
