import Imaging

/// Meaning of the numbers in a set of label files: `class x y width height` or `class x1 y1 x2 y2 ...` in fractions of the image
/// size, optionally followed by a confidence, an identity, or both. A line alone is ambiguous; all lines together decide.
///
/// Source: ultralytics, `Results.save_txt` in `engine/results.py`.
struct UltralyticsLayout: Equatable {
    enum Shape: Equatable {
        case box
        case polygon
        /// A box followed by keypoints, which are ignored.
        case pose
    }

    /// Numbers after the shape in a line.
    enum Extras: Equatable {
        case none, confidence, identity, both
    }

    let shape: Shape
    /// Keyed by the number of values in a line.
    private(set) var extras: [Int: Extras] = [:]
    /// Note on an interpretation chosen among several; nil if there is only one.
    private(set) var note: String?

    /// Maximum length of a box's line: class, four numbers, confidence and identity.
    private static let longestBox = 7

    /// - Parameter lines: the numbers of each line of each file, at least five.
    /// - Throws: `InputError` if the lines fit no layout, or two.
    init(_ files: [[[Double]]]) throws(InputError) {
        let lines = Array(files.joined())
        let counts = Dictionary(grouping: lines, by: \.count)
        let longest = counts.keys.max() ?? 5
        if let pose = Self.pose(counts) {
            (shape, extras) = (.pose, [longest: pose])
            return
        }
        // Three corners have as many numbers as a box with both extras, but no identity at the end.
        let isBox = longest <= Self.longestBox && !(counts[Self.longestBox] ?? []).contains { !Self.isWhole($0.last) }
        shape = isBox ? .box : .polygon
        if isBox {
            extras = [5: .none, 7: .both]
            guard let single = counts[6] else { return }
            let hasBoth = counts[7] != nil
            extras[6] = try Self.single(single.compactMap(\.last), areTracked: hasBoth, files: files, count: 6, note: &note)
        } else {
            // Corners are pairs: including the class, a line without extras has an odd count.
            let even = lines.filter { $0.count % 2 == 0 }.compactMap(\.last)
            let odd = lines.filter { $0.count % 2 == 1 && $0.count > 5 }
            var one: Extras?
            if !even.isEmpty { one = try Self.single(even, areTracked: false, files: files, count: nil, note: &note) }
            let two: Extras = one == .identity ? .none : Self.pair(odd, besides: one, note: &note)
            for count in counts.keys { extras[count] = count % 2 == 0 ? one ?? .none : count == 5 ? Extras.none : two }
        }
    }

    private static func isWhole(_ value: Double?) -> Bool { value.map { $0 == $0.rounded() && $0 >= 0 } ?? false }

    /// Meaning of a single number after the shape: identities are integers and unique within a file, confidences at most 1.
    /// - Parameters:
    ///   - areTracked: true if other lines have both a confidence and an identity; these lines lack the identity.
    ///   - count: number of values in a line; nil for any even number.
    private static func single(
        _ values: [Double], areTracked: Bool, files: [[[Double]]], count: Int?, note: inout String?
    ) throws(InputError) -> Extras {
        let areWhole = values.allSatisfy(isWhole), areParts = values.allSatisfy { (0...1).contains($0) }
        guard areWhole || areParts else {
            throw InputError(found: "a last number that is a confidence in some lines and an identity in others", expected: "one of them")
        }
        if !areWhole || areTracked { return .confidence }
        if !areParts { return .identity }
        // Only 0 and 1: two objects of one image cannot have the same identity.
        let repeats = files.contains { lines in
            let last = lines.filter { count == nil ? $0.count % 2 == 0 : $0.count == count }.compactMap(\.last)
            return Set(last).count < last.count
        }
        if repeats || values.contains(0) { return .confidence }
        note = "the last number is 1 in every line: read as the identity of one object, and not as a confidence"
        return .identity
    }

    /// Meaning of an odd number of values in polygon lines: corners only, or corners, confidence and identity.
    private static func pair(_ lines: [[Double]], besides one: Extras?, note: inout String?) -> Extras {
        guard !lines.isEmpty, lines.allSatisfy({ isWhole($0.last) && $0.count > 8 && (0...1).contains($0[$0.count - 2]) })
        else { return .none }
        let last = lines.compactMap(\.last)
        if one == .confidence || last.contains(where: { $0 > 1 }) { return .both }
        guard lines.count > 1, !last.contains(0) else { return .none }
        note = "the last number is 1 in every line: read as the identity of one object, and not as a corner at the picture's edge"
        return .both
    }

    /// Extras of lines of boxes with keypoints; nil if line lengths differ or a keypoint lies outside its box.
    private static func pose(_ counts: [Int: [[Double]]]) -> Extras? {
        guard counts.count == 1, let (count, lines) = counts.first, count > 11 else { return nil }
        for size in [3, 2] {
            for (number, extras) in [(0, Extras.none), (1, .confidence), (1, .identity), (2, .both)]
            where (count - 5 - number) % size == 0 {
                let fit = lines.allSatisfy { line in
                    isInBox(line, size: size, end: count - number) && tell(line, extras)
                }
                if fit { return extras }
            }
        }
        return nil
    }

    private static func tell(_ line: [Double], _ extras: Extras) -> Bool {
        guard let last = line.last else { return false }
        return switch extras {
        case .none: true
        case .confidence: (0...1).contains(last)
        case .identity: isWhole(last) && last >= 1
        case .both: isWhole(last) && last >= 1 && (0...1).contains(line[line.count - 2])
        }
    }

    /// True if all keypoints, except missing ones at 0, lie in the line's box extended by a tenth.
    private static func isInBox(_ line: [Double], size: Int, end: Int) -> Bool {
        let width = line[3] * 0.6, height = line[4] * 0.6
        var hasPoint = false
        for place in stride(from: 5, to: end - size + 1, by: size) {
            let x = line[place], y = line[place + 1]
            if x == 0, y == 0 { continue }
            hasPoint = true
            guard abs(x - line[1]) <= width, abs(y - line[2]) <= height else { return false }
        }
        return hasPoint
    }
}
