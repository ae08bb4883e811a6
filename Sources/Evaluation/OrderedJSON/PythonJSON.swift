import Foundation

/// JSON as written by Python's `json.dump`: ASCII, without a trailing line break.
package enum PythonJSON {
    /// With `indent=4`.
    package static func data(_ value: OrderedJSON) -> Data {
        var bytes: [UInt8] = []
        append(value, to: &bytes, indentation: 0)
        return Data(bytes)
    }

    /// One line with a trailing line break.
    package static func line(_ value: OrderedJSON) -> Data {
        var bytes: [UInt8] = []
        append(value, to: &bytes, indentation: nil)
        return Data(bytes + [UInt8(ascii: "\n")])
    }

    private static func append(_ value: OrderedJSON, to bytes: inout [UInt8], indentation: Int?) {
        let inner = indentation.map { $0 + 4 }
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let isTrue): bytes += (isTrue ? "true" : "false").utf8
        case .number(let digits): bytes += digits.utf8
        case .string(let text): append(text, to: &bytes)
        case .array(let values):
            container("[", "]", values, to: &bytes, indentation) { append($1, to: &$0, indentation: inner) }
        case .object(let object):
            container("{", "}", object.members, to: &bytes, indentation) { bytes, member in
                append(member.key, to: &bytes)
                bytes += ": ".utf8
                append(member.value, to: &bytes, indentation: inner)
            }
        }
    }

    private static func container<Element>(
        _ open: String, _ close: String, _ elements: [Element], to bytes: inout [UInt8], _ indentation: Int?,
        _ element: (inout [UInt8], Element) -> Void
    ) {
        bytes += open.utf8
        for (place, value) in elements.enumerated() {
            if place > 0 { bytes += (indentation == nil ? ", " : ",").utf8 }
            if let indentation { breakLine(&bytes, indentation + 4) }
            element(&bytes, value)
        }
        if let indentation, !elements.isEmpty { breakLine(&bytes, indentation) }
        bytes += close.utf8
    }

    private static func breakLine(_ bytes: inout [UInt8], _ indentation: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes += repeatElement(UInt8(ascii: " "), count: indentation)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for unit in text.utf16 {
            switch unit {
            case 0x22: bytes += "\\\"".utf8
            case 0x5C: bytes += "\\\\".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x20...0x7E: bytes.append(UInt8(unit))
            default:
                let digits = String(unit, radix: 16)
                bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
