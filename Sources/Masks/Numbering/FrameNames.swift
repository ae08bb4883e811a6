import Media

/// Frame numbers from the names of mask files or of a clip's stills.
struct FrameNames {
    /// Reason that names give no frames, with the index of the offending name.
    enum Fault: Error {
        case noNumber(Int)
        /// A number beyond that of any clip.
        case tooLarge(Int)
    }

    /// One for each name.
    let frames: [Int]
    /// True if frames were matched by the names of the clip's stills rather than by numbers.
    let arePlaced: Bool
    /// True if frames are positions in the sorted names, whose numbers are times or several counters.
    let areInOrder: Bool
    /// Note on the position of the frame number in the names; nil if it ends each name.
    let note: String?

    /// - Parameters:
    ///   - names: file names with extensions.
    ///   - stills: the clip's stills, frame by name.
    init(_ names: [String], stills: [String: Int] = [:]) throws(Fault) {
        let stems = names.map(FileNames.pictureStem), placed = stems.compactMap { stills[$0] }
        if !names.isEmpty, placed.count == names.count {
            (frames, arePlaced, areInOrder) = (placed, true, false)
            note = Self.differ(stems, placed) ? "masks belong to the stills of the same names: \(names[0]) is frame \(placed[0])" : nil
            return
        }
        guard let numbers = NameNumbers(stems) else {
            throw .noNumber(stems.firstIndex { !($0.utf8.last.map { (0x30...0x39).contains($0) } ?? false) } ?? 0)
        }
        guard let texts = numbers.digits else {
            (frames, arePlaced, areInOrder) = (numbers.places, false, true)
            note = "names with several numbers, such as \(names[0]), are times or several counters: taken in their order"
            return
        }
        var frames: [Int] = []
        for (index, digits) in texts.enumerated() {
            guard let number = Int(digits) else { throw .tooLarge(index) }
            frames.append(number)
        }
        (self.frames, arePlaced, areInOrder) = (frames, false, false)
        note = numbers.areAtEnd ? nil : "the number inside a name is its frame's: \(names[0]) is number \(frames[0])"
    }

    /// True if the numbers in the names differ from `frames`, or there are none.
    private static func differ(_ stems: [String], _ frames: [Int]) -> Bool {
        guard let digits = NameNumbers(stems)?.digits else { return stems.count > 1 }
        return digits.map { Int($0) } != frames
    }

    /// Upper bound on frame numbers.
    static let largest = Int(Int32.max)

    /// Error message for a number in `name` above `largest`.
    static func tooLarge(_ name: String) -> (found: String, expected: String) {
        ("a number too large for a frame in the name \(name)", "at most \(largest), or as many masks as the clip has frames")
    }
}
