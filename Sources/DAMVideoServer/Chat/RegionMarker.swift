import Imaging

/// `[[damvideo id=... box=... t=...]]` in a text: what a program that can only send text has to say of the region. A box of
/// fractions is one of the whole picture; others are pixels.
struct RegionMarker: Equatable {
    private(set) var id: String?
    private(set) var box: Rectangle?
    private(set) var time: Double?
    /// The text without it.
    let text: String

    private static let opening = "[[damvideo"

    /// - Returns: nil for a text without one.
    init?(_ text: String) {
        guard let start = text.firstRange(of: Self.opening), let end = Self.end(text, start.upperBound) else { return nil }
        self.text = (text[..<start.lowerBound].trimmed + " " + text[text.index(end, offsetBy: 2)...].trimmed).trimmed
        var rest = text[start.upperBound..<end]
        while let sign = rest.firstIndex(of: "=") {
            let name = rest[..<sign].split(separator: " ").last.map(String.init) ?? "", behind = rest[rest.index(after: sign)...]
            let isList = behind.first == "[" || behind.first == "("
            let stop = isList ? behind.firstIndex { $0 == "]" || $0 == ")" } : behind.firstIndex(of: " ")
            let value = behind[..<(stop ?? behind.endIndex)]
            rest = stop.map { behind[behind.index(after: $0)...] } ?? ""
            switch name {
            case "id": id = String(value)
            case "box": box = Self.box(value)
            case "t": time = Double(value)
            default: break
            }
        }
    }

    /// The box in pixels of a picture; nil if there is none.
    func box(in size: PictureSize) -> Rectangle? {
        guard let box, [box.left, box.top, box.width, box.height].allSatisfy({ (0...1).contains($0) }) else { return box }
        let (width, height) = (Double(size.width), Double(size.height))
        return Rectangle(left: box.left * width, top: box.top * height, width: box.width * width, height: box.height * height)
    }

    /// The closing brackets, which a list in the marker has one of.
    private static func end(_ text: String, _ start: String.Index) -> String.Index? {
        guard let found = text[start...].firstRange(of: "]]") else { return nil }
        // "]]]": the first one closes a list.
        let next = text.index(after: found.lowerBound)
        return text[next...].hasPrefix("]]") ? next : found.lowerBound
    }

    private static func box(_ text: Substring) -> Rectangle? {
        let numbers = text.split { " ,[]()".contains($0) }.map { Double($0) }.compactMap(\.self).filter { abs($0) < 1e6 }
        return numbers.count == 4 ? Rectangle(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3]) : nil
    }
}

extension StringProtocol {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
