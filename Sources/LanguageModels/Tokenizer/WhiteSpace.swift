extension Unicode.Scalar {
    /// True if Python's `str.strip()` removes the character: white space, and the four information separators, which Unicode
    /// does not count as white space.
    var isWhiteSpaceInPython: Bool {
        properties.isWhitespace || (0x1C...0x1F).contains(value)
    }
}

extension Substring {
    // By scalars, because "\r\n", or a space with a combining accent, is a single Character.

    /// The text without leading white space.
    var withoutLeadingWhiteSpace: Substring {
        self[(unicodeScalars.firstIndex { !$0.isWhiteSpaceInPython } ?? endIndex)...]
    }

    /// The text without trailing white space.
    var withoutTrailingWhiteSpace: Substring {
        let last = unicodeScalars.lastIndex { !$0.isWhiteSpaceInPython }
        return self[..<(last.map { unicodeScalars.index(after: $0) } ?? startIndex)]
    }
}

/// Trims a text like Python's `str.strip()`, as the published code does with an answer.
package func trimmed(_ text: String) -> String {
    String(text[...].withoutLeadingWhiteSpace.withoutTrailingWhiteSpace)
}
