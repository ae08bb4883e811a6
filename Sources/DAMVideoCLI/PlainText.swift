/// Text with control characters escaped, safe to show on a terminal; text from files may hold anything.
enum PlainText {
    /// Most characters of a line; the middle of a longer one is left out.
    static let longest = 1200

    /// One line.
    static func line(_ text: String) -> String {
        guard text.count > longest else { return escaped(text) { _ in false } }
        let head = text.prefix(longest * 2 / 3), tail = text.suffix(longest / 4)
        let left = text.count - head.count - tail.count
        return escaped("\(head) [... \(left) letters ...] \(tail)") { _ in false }
    }

    /// Lines of a report: a break within one of them is shown.
    static func report(_ lines: [String]) -> String {
        lines.map { line in escaped(line) { $0 == "\t" } + "\n" }.joined()
    }

    /// Lines, as they are broken.
    static func lines(_ text: String) -> String { escaped(text) { $0 == "\n" || $0 == "\t" } }

    private static func escaped(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: { isCommand($0) && !isKept($0) }) else { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isCommand(scalar), !isKept(scalar) {
                plain.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// True for control characters, line breaks and changes of text direction.
    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl
        }
    }
}
