import Foundation

/// Incremental parser of server-sent events. Source: WHATWG's HTML standard, section 9.2.6.
struct EventStreamParser {
    private var line: [UInt8] = []
    private var name: String?
    private var data: [String] = []
    /// True after a carriage return, whose line feed is skipped.
    private var isBehindReturn = false

    /// The events completed by some more bytes.
    mutating func take(_ bytes: Data) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            let isFeed = byte == UInt8(ascii: "\n"), isReturn = byte == UInt8(ascii: "\r")
            defer { isBehindReturn = isReturn }
            if isFeed, isBehindReturn { continue }
            guard isFeed || isReturn else {
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    /// The event completed by an empty line; nil for other lines.
    private mutating func endLine() -> ServerEvent? {
        let text = String(decoding: line, as: UTF8.self)
        line = []
        guard !text.isEmpty else {
            defer { (name, data) = (nil, []) }
            return data.isEmpty ? nil : ServerEvent(name: name, data: data.joined(separator: "\n"))
        }
        let field = text.prefix { $0 != ":" }
        var value = text.dropFirst(field.count + 1)
        if value.first == " " { value = value.dropFirst() }
        switch field {
        case "event": name = value.isEmpty ? nil : String(value)
        case "data": data.append(String(value))
        default: break
        }
        return nil
    }
}
