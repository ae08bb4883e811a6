import Masks

/// Frames processed by a detector.
struct LookedFrames {
    /// Ascending.
    let frames: [Int]

    /// - Parameter part: selected frames of the clip.
    init(_ set: DetectionSet, part: Range<Int>) {
        if let annotated = set.annotatedFrames {
            frames = annotated.filter(part.contains)
            return
        }
        // A source whose frames with detections are multiples of n apart is assumed to have processed every n-th frame.
        let found = Set(set.detections.map(\.frame)).union(set.ignored.map(\.frame)).sorted()
        let step = zip(found, found.dropFirst()).reduce(0) { Self.commonDivisor($0, $1.1 - $1.0) }
        guard let first = found.first, step > 1 else {
            frames = Array(part)
            return
        }
        frames = part.filter { ($0 - first) % step == 0 }
    }

    private static func commonDivisor(_ one: Int, _ other: Int) -> Int {
        other == 0 ? one : commonDivisor(other, one % other)
    }
}

/// A frame of the clip and its presentation time in seconds.
package struct FrameTime: Sendable, Equatable {
    package let number: Int
    package let time: Double

    package init(number: Int, time: Double) {
        self.number = number
        self.time = time
    }
}

/// Frames in ascending order.
extension [FrameTime] {
    /// Frames from one number to another, both inclusive.
    func part(from first: Int, to last: Int) -> ArraySlice<FrameTime> {
        self[place(of: first)..<Swift.max(place(of: first), place(of: last + 1))]
    }

    /// Frames after a number.
    func after(_ number: Int) -> ArraySlice<FrameTime> { self[place(of: number + 1)...] }

    /// Frames before a number.
    func before(_ number: Int) -> ArraySlice<FrameTime> { self[..<place(of: number)] }

    /// Index of the first frame with this number or a greater one.
    private func place(of number: Int) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].number >= number { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
