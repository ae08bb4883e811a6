import Foundation

/// Text operations with Python's results: by Unicode scalars, where Swift's own compare whole characters.
enum PythonText {
    /// `text.strip()`.
    static func stripped(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(scalars[first...last])
    }

    /// `text.strip().lower()`, scalar by scalar.
    static func folded(_ text: String) -> [Unicode.Scalar] { Array(stripped(text).lowercased().unicodeScalars) }

    /// `text.split()`.
    static func words(_ text: String) -> [String] {
        text.unicodeScalars.split(whereSeparator: isSpace).map { String($0) }
    }

    /// `str.isspace` of one scalar: white space by Unicode, and four separators of ASCII.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}

extension Collection where Element: Equatable, Index == Int {
    /// The first place where `part` is in the collection; nil where it is not.
    func firstPlace(of part: some Collection<Element>, from start: Int = 0) -> Int? {
        guard part.count <= count else { return nil }
        guard let head = part.first else { return start }
        var place = start
        while place <= count - part.count {
            if self[startIndex + place] == head, self[(startIndex + place)...].starts(with: part) { return place }
            place += 1
        }
        return nil
    }
}
