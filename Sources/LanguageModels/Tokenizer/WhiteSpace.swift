extension Unicode.Scalar {
    /// True if Python's `str.strip()` removes the character: white space, and the four information separators, which
    /// Unicode does not count as such.
    var isWhiteSpaceInPython: Bool {
        properties.isWhitespace || (0x1C...0x1F).contains(value)
    }
}

extension Substring {
    // By scalars: "\r\n", and a space under an accent, are single Characters.

    /// The text without white space in front.
    var withoutLeadingWhiteSpace: Substring {
        self[(unicodeScalars.firstIndex { !$0.isWhiteSpaceInPython } ?? endIndex)...]
    }

    /// The text without white space at the end.
    var withoutTrailingWhiteSpace: Substring {
        let last = unicodeScalars.lastIndex { !$0.isWhiteSpaceInPython }
        return self[..<(last.map { unicodeScalars.index(after: $0) } ?? startIndex)]
    }
}

/// The text as Python's `str.strip()` leaves it, which is how the published code trims an answer.
package func trimmed(_ text: String) -> String {
    String(text[...].withoutLeadingWhiteSpace.withoutTrailingWhiteSpace)
}
