/// Stretches of a clip during which the same tracks are visible, which determine the captions shown.
package struct CaptionSchedule {
    package struct Stretch: Equatable {
        package let frames: Range<Int>
        /// Indices of the tracks, ascending.
        package let tracks: [Int]
    }

    /// In order, without frames in which nothing is visible.
    package let stretches: [Stretch]

    /// - Parameter seen: the frames in which each track is visible.
    package init(_ seen: [[Range<Int>]]) {
        var changes: [Int: (begin: [Int], end: [Int])] = [:]
        for (track, ranges) in seen.enumerated() {
            for range in ranges {
                changes[range.lowerBound, default: ([], [])].begin.append(track)
                changes[range.upperBound, default: ([], [])].end.append(track)
            }
        }
        var stretches: [Stretch] = [], present: Set<Int> = [], since = 0
        for frame in changes.keys.sorted() {
            if !present.isEmpty, since < frame {
                stretches.append(Stretch(frames: since..<frame, tracks: present.sorted()))
            }
            present.subtract(changes[frame]?.end ?? [])
            present.formUnion(changes[frame]?.begin ?? [])
            since = frame
        }
        self.stretches = stretches
    }

    /// The stretch that contains a frame; nil if nothing is visible.
    package func stretch(at frame: Int) -> Stretch? {
        var low = 0, high = stretches.count
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].frames.upperBound <= frame { low = middle + 1 } else { high = middle }
        }
        return low < stretches.count && stretches[low].frames.contains(frame) ? stretches[low] : nil
    }
}
