/// Comma-separated values. Source: RFC 4180.
package enum CSV {
    /// A row with its line break.
    package static func row(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\r\n" }

    /// Adds quotation marks where necessary.
    private static func field(_ text: String) -> String {
        let special = text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return special ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
