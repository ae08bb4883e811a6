import Imaging

/// `[[damvideo id=... label=... box=... region=... t=...]]` in a text: lets a program that can only send text locate the object.
/// Frigate fills in the values of an event, with `None` for missing ones.
struct RegionMarker: Equatable {
    /// Id of the event; nil in a marker that only describes the image.
    private(set) var id: String?
    private(set) var label: String?
    /// Left, top, width, height. Fractions are relative to the image or, for an event, the camera's frame; other values are
    /// pixels.
    private(set) var box: Rectangle?
    /// Part of the camera's frame that the image shows, in fractions.
    private(set) var part: Rectangle?
    private(set) var time: Double?
    /// The text with all markers removed.
    let text: String

    private static let opening = "[[damvideo"

    /// Parses the first marker of a text.
    /// - Returns: nil for a text without one.
    init?(_ text: String) {
        guard let start = Self.start(text[...]) else { return nil }
        self.text = Self.removed(from: text)
        var rest = text[start.upperBound..<Self.end(text[...], start.upperBound)]
        while let sign = rest.firstIndex(of: "=") {
            let name = rest[..<sign].split(separator: " ").last.map(String.init) ?? ""
            let (value, behind) = Self.value(rest[rest.index(after: sign)...])
            rest = behind
            if value.isEmpty || value == "None" { continue }
            switch name {
            case "id": id = String(value)
            case "label": label = String(value)
            case "box": box = Self.box(value)
            case "region": part = Self.box(value).flatMap { $0.isFraction && $0.width > 0 && $0.height > 0 ? $0 : nil }
            case "t": time = Double(value)
            default: break
            }
        }
    }

    /// The box in pixels of an image; nil if there is none.
    func box(in size: PictureSize) -> Rectangle? {
        guard let box, box.isFraction else { return box }
        let (width, height) = (Double(size.width), Double(size.height)), part = part ?? Rectangle(left: 0, top: 0, width: 1, height: 1)
        return Rectangle(
            left: (box.left - part.left) / part.width * width, top: (box.top - part.top) / part.height * height,
            width: box.width / part.width * width, height: box.height / part.height * height)
    }

    /// Removes all markers from a text. A marker that is not closed extends to the end of its line.
    static func removed(from text: String) -> String {
        guard start(text[...]) != nil else { return text }
        var kept: [Substring] = [], rest = text[...]
        while let start = start(rest) {
            kept.append(rest[..<start.lowerBound])
            var end = end(rest, start.upperBound)
            if rest[end...].hasPrefix("]]") { end = rest.index(end, offsetBy: 2) }
            rest = rest[end...]
        }
        return (kept + [rest]).map { String($0).trimmed }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func start(_ text: Substring) -> Range<String.Index>? {
        var rest = text
        while let found = rest.firstRange(of: opening) {
            rest = rest[found.upperBound...]
            if rest.first.map({ !$0.isLetter && !$0.isNumber }) ?? true { return found }
        }
        return nil
    }

    /// End of a marker: its closing brackets, past those of lists, or the end of the line. Reads no further than that, since a line
    /// can have many markers.
    private static func end(_ text: Substring, _ start: String.Index) -> String.Index {
        var index = start
        while index < text.endIndex, !text[index].isNewline {
            let next = text.index(after: index)
            // In "]]]" the first bracket closes a list.
            if text[index...].hasPrefix("]]") { return text[next...].hasPrefix("]]") ? next : index }
            index = next
        }
        return index
    }

    /// A value at the start of a text, delimited by brackets, quotes or a space, and the text after it.
    private static func value(_ text: Substring) -> (Substring, behind: Substring) {
        let closing: Set<Character> = switch text.first {
        case "[", "(": ["]", ")"]
        case let quote? where quote == "\"" || quote == "'": [quote]
        default: []
        }
        let inner = closing.isEmpty ? text : text.dropFirst()
        let stop = inner.firstIndex { closing.isEmpty ? $0 == " " : closing.contains($0) } ?? inner.endIndex
        return (inner[..<stop], inner[stop...].dropFirst())
    }

    private static func box(_ text: Substring) -> Rectangle? {
        let numbers = text.split { " ,[]()".contains($0) }.map { Double($0) }.compactMap(\.self).filter { abs($0) < 1e6 }
        return numbers.count == 4 ? Rectangle(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3]) : nil
    }
}

extension Rectangle {
    fileprivate var isFraction: Bool { [left, top, width, height].allSatisfy { (0...1).contains($0) } }
}

extension StringProtocol {
    /// The text without surrounding white space.
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
