/// Text with control characters escaped, safe to show on a terminal even if it comes from files.
enum PlainText {
    /// Upper bound on a line's characters; the middle of a longer one is omitted.
    static let longest = 1200

    /// One line.
    static func line(_ text: String) -> String {
        guard text.count > longest else { return escaped(text) { _ in false } }
        let head = text.prefix(longest * 2 / 3), tail = text.suffix(longest / 4)
        let left = text.count - head.count - tail.count
        return escaped("\(head) [... \(left) letters ...] \(tail)") { _ in false }
    }

    /// Lines of a report, with line breaks inside them escaped.
    static func report(_ lines: [String]) -> String {
        lines.map { line in escaped(line) { $0 == "\t" } + "\n" }.joined()
    }

    /// Text whose line breaks are kept.
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

    /// True for control characters, line breaks and text direction overrides.
    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl
        }
    }
}
