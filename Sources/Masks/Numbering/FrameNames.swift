import Media

/// The frames that the names of a set of files, or of a clip's pictures, stand for.
struct FrameNames {
    /// Reason why names give no frames, with the index of the name at fault.
    enum Fault: Error {
        case noNumber(Int)
        /// A number no clip has as many frames as.
        case tooLarge(Int)
    }

    /// One for each name.
    let frames: [Int]
    /// True if the frames were found by the names of the clip's stills and not by numbers.
    let arePlaced: Bool
    /// True if the frames are positions in the sorted names, whose numbers are times or several counters.
    let areInOrder: Bool
    /// Note on where in the names the frame number is; nil if it ends each name.
    let note: String?

    /// - Parameters:
    ///   - names: with endings.
    ///   - stills: the frames of the clip's stills by their names.
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

    /// The largest number of a frame.
    static let largest = Int(Int32.max)

    /// The number in `name` cannot be a frame's.
    static func tooLarge(_ name: String) -> (found: String, expected: String) {
        ("a number too large for a frame in the name \(name)", "at most \(largest), or as many masks as the clip has frames")
    }
}
