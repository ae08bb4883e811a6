/// Parser of class names in an ONNX file's metadata: a Python dictionary or list, such as `{0: 'person', 1: 'car'}`, or JSON.
package enum ClassNames {
    /// - Returns: names by number, from 0 without gaps; nil if the text has no known form.
    package static func parse(_ text: String) -> [String]? {
        var parser = Parser(rest: Array(text.unicodeScalars)[...])
        return parser.names()
    }

    private struct Parser {
        var rest: ArraySlice<Unicode.Scalar>

        mutating func names() -> [String]? {
            skipSpace()
            guard let opening = rest.popFirst(), opening == "{" || opening == "[" else { return nil }
            var names: [Int: String] = [:], next = 0
            while true {
                skipSpace()
                guard let first = rest.first else { return nil }
                if first == "}" || first == "]" { break }
                if opening == "{" {
                    guard let number = key() else { return nil }
                    next = number
                }
                guard let name = quoted() else { return nil }
                names[next] = name
                next += 1
                skipSpace()
                if rest.first == "," { rest.removeFirst() }
            }
            let ordered = (0..<names.count).compactMap { names[$0] }
            return ordered.isEmpty || ordered.count != names.count ? nil : ordered
        }

        private mutating func skipSpace() { rest = rest.drop { $0.properties.isWhitespace } }

        /// A number, quoted in JSON, and the following colon.
        private mutating func key() -> Int? {
            let digits = rest.first == "\"" || rest.first == "'" ? quoted() : prefix { $0.properties.numericType == .decimal }
            skipSpace()
            guard let number = digits.flatMap({ Int($0) }), number >= 0, number < 1 << 20, rest.popFirst() == ":" else { return nil }
            skipSpace()
            return number
        }

        private mutating func prefix(_ belongs: (Unicode.Scalar) -> Bool) -> String {
            let found = rest.prefix(while: belongs)
            rest = rest.dropFirst(found.count)
            return String(String.UnicodeScalarView(found))
        }

        private mutating func quoted() -> String? {
            guard let quote = rest.popFirst(), quote == "'" || quote == "\"" else { return nil }
            var text = String.UnicodeScalarView()
            while let scalar = rest.popFirst() {
                if scalar == quote { return String(text) }
                // The character after a backslash is taken literally.
                guard let kept = scalar == "\\" ? rest.popFirst() : scalar else { return nil }
                text.append(kept)
            }
            return nil
        }
    }
}
