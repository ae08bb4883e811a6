import Foundation
import Imaging

/// Escaping and formatting of values in HTML.
package enum Markup {
    /// Escapes text or an attribute's value. Characters that XML does not allow become U+FFFD.
    package static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result += " "
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// `#rrggbb`.
    package static func hex(_ colour: Colour) -> String {
        String(format: "#%02x%02x%02x", Int(colour.red), Int(colour.green), Int(colour.blue))
    }

    /// A JPEG as a data URL.
    package static func source(_ jpeg: Data) -> String { "data:image/jpeg;base64," + jpeg.base64EncodedString() }
}
