import Imaging

/// Mapping of mask numbers to frames of the clip when no option gives it, derived from the number and range of the masks and of
/// the clip's stills.
struct FrameNumbering: Equatable {
    /// The clip's frame of each number; nil if they are equal.
    private(set) var frames: [Int]?
    /// Note on the mapping chosen; nil if there was only one.
    private(set) var note: String?
    /// Hint for messages about a number beyond the clip.
    private(set) var help = ""
    /// True if the decision needs the exact number of frames.
    private(set) var needsCount = false

    private let subject: NumberedSubject

    /// - Parameters:
    ///   - keys: ascending, without duplicates.
    ///   - first: the number that key 0 has in the file.
    ///   - subject: the numbered content, for messages.
    init(_ keys: [Int], of clip: ClipFacts, first: Int = 0, subject: NumberedSubject = .masks) {
        self.subject = subject
        guard let low = keys.first, let high = keys.last else { return }
        guard let count = clip.frameCount, count > 0 else {
            needsCount = low > 0 || high >= keys.count
            help = needsCount ? options : ""
            return
        }
        let stills = clip.frameOfStillNumber
        // Stills counted from 0 and frames that the file counts from 1 do not share numbers.
        if first == 0 || stills[0] == nil, !stills.isEmpty, keys.allSatisfy({ stills[$0 + first] != nil }) {
            let found = keys.compactMap { stills[$0 + first] }
            guard found != keys else { return }
            place(found, "\(subject.plural) belong to the stills of the same numbers: \(low + first) is frame \(found[0])")
        } else if high < count {
            note = doubt(keys, count, first: first)
        } else if !clip.isCountExact {
            // A header's count is not trusted: if it is one too low, numbers from 0 look like numbers from 1.
            needsCount = true
            help = " as its header says (\(subject.offset) -1 if \(subject.plural) count from 1)"
        } else if let found = Self.frames(keys, low, high, count) {
            place(found, "\(subject.count(keys.count)) numbered \(low + first)"
                + (low == high ? "" : " to \(high + first)") + " for a clip of \(count) frames: "
                + "number \(low + first) is frame \(found[0])"
                + (low == high ? "" : ", number \(high + first) frame \(found[found.count - 1])"))
        } else if low > 0, high - low < count {
            help = " (\(subject.offset) -\(low) if number \(low + first) is the clip's first frame)"
        } else {
            help = options
        }
    }

    private mutating func place(_ found: [Int], _ reading: String) {
        (frames, note) = (found, "\(reading) (\(subject.offset) 0 takes the numbers as they are)")
    }

    private var options: String { " (\(subject.offset) and \(subject.step) say how \(subject.plural) are numbered)" }

    /// Frames of numbers that exceed the clip, if there is exactly one way to map them.
    private static func frames(_ keys: [Int], _ low: Int, _ high: Int, _ count: Int) -> [Int]? {
        if keys.count == count { return Array(0..<count) }
        if low > 0, high == count { return keys.map { $0 - 1 } }
        if high - low == count - 1 { return keys.map { $0 - low } }
        let step = keys.reduce(0) { greatestDivisor($0, $1 - low) }
        guard keys.count > 2, step > 1, (high - low) / step == count - 1 else { return nil }
        return keys.map { ($0 - low) / step }
    }

    /// Note on another interpretation of numbers that fit the clip unchanged.
    private func doubt(_ keys: [Int], _ count: Int, first: Int) -> String? {
        // In files whose frames count from 1, the first mask may be for the second frame.
        if keys[0] == 1, first == 0 {
            return "\(subject.plural) are numbered from 1, read as frames counted from 0: number 1 is the clip's second frame "
                + "(\(subject.offset) -1 if they count from 1)"
        }
        let step = (count + keys.count - 1) / keys.count, isDense = keys[0] == 0 && keys[keys.count - 1] == keys.count - 1
        guard isDense, keys.count > 3, step > 1, step * (keys.count - 1) < count else { return nil }
        return "\(subject.count(keys.count)) numbered \(first) to \(keys.count - 1 + first) for a clip of \(count) frames, "
            + "read as its first \(keys.count) (\(subject.step) \(step) if they are of every \(step) frames)"
    }

    private static func greatestDivisor(_ first: Int, _ second: Int) -> Int {
        var (large, small) = (first, second)
        while small != 0 { (large, small) = (small, large % small) }
        return large
    }
}
