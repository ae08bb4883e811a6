import Imaging

/// Streaming XML parser that builds no tree: elements with their attributes and text. Comments and processing instructions are
/// skipped; document types, and with them custom entities, are refused.
///
/// Source: XML 1.0, fifth edition.
package struct XMLReader {
    package struct Element {
        package let name: String
        package let attributes: [String: String]
        /// Names of the enclosing elements, outermost first.
        package let path: [String]
        /// One-based line number.
        package let line: Int
    }

    package enum Event {
        case start(Element)
        /// The element's end, with the text directly inside it.
        case end(Element, String)
    }

    /// Upper bound on nested elements.
    private static let maximumDepth = 32

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var open: [(element: Element, text: String)] = []
    private var isDone = false

    /// - Throws: `InputError` with the line for invalid XML; what `body` throws.
    package static func read(_ bytes: [UInt8], _ body: (Event) throws -> Void) throws {
        var reader = XMLReader(bytes)
        while try reader.step(body) {}
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ found: String, _ expected: String) -> InputError {
        InputError(found: "\(found) in line \(line)", expected: expected)
    }

    /// Parses up to the end of the next tag, comment or instruction.
    /// - Returns: false at the end of the file.
    private mutating func step(_ body: (Event) throws -> Void) throws -> Bool {
        guard let next = bytes[position...].firstIndex(of: UInt8(ascii: "<")) else {
            guard isDone, open.isEmpty else { throw fault("the end of the file", "XML whose elements end") }
            return false
        }
        try take(text: move(to: next))
        if starts(with: "<!--") {
            _ = try move(behind: "-->")
        } else if starts(with: "<![CDATA[") {
            let content = try move(behind: "]]>").dropFirst(9).dropLast(3)
            if !open.isEmpty { open[open.count - 1].text += String(decoding: content, as: UTF8.self) }
        } else if starts(with: "<?") {
            _ = try move(behind: "?>")
        } else if starts(with: "<!") {
            throw fault("a document type", "elements only")
        } else if starts(with: "</") {
            _ = move(to: position + 2)
            let name = try name()
            skipSpace()
            guard take(">"), let last = open.popLast(), last.element.name == name else {
                throw fault("the end of \(name.prefix(32))", "that of \(open.last?.element.name ?? "an element that began")")
            }
            try body(.end(last.element, last.text))
        } else {
            try startTag(body)
        }
        return true
    }

    private mutating func startTag(_ body: (Event) throws -> Void) throws {
        guard !isDone || !open.isEmpty else { throw fault("a second outermost element", "one") }
        guard open.count < Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) levels of elements", "fewer") }
        let line = line
        _ = move(to: position + 1)
        let name = try name()
        var attributes: [String: String] = [:]
        while true {
            skipSpace()
            if starts(with: ">") || starts(with: "/>") { break }
            let key = try self.name()
            skipSpace()
            guard take("=") else { throw fault("\(key.prefix(32)) without a value", "one in quotation marks") }
            skipSpace()
            guard attributes.updateValue(try value(), forKey: key) == nil else { throw fault("\(key.prefix(32)) twice", "once") }
        }
        let element = Element(name: name, attributes: attributes, path: open.map(\.element.name), line: line)
        isDone = true
        try body(.start(element))
        if take("/>") {
            try body(.end(element, ""))
        } else {
            _ = take(">")
            open.append((element, ""))
        }
    }

    private mutating func take(text: ArraySlice<UInt8>) throws {
        guard !open.isEmpty else {
            guard text.trimmingWhiteSpace.allSatisfy({ $0 == 0x0A || $0 == 0x0D || $0 == 0x20 || $0 == 0x09 }) else {
                throw fault("text outside of elements", "none")
            }
            return
        }
        open[open.count - 1].text += try decoded(text)
    }

    private mutating func name() throws -> String {
        let signs = Array(" \t\r\n=/><\"'&".utf8)
        let end = bytes[position...].firstIndex { signs.contains($0) } ?? bytes.endIndex
        guard end > position, end < bytes.endIndex else { throw fault("a truncated or damaged tag", "a name") }
        return String(decoding: move(to: end), as: UTF8.self)
    }

    private mutating func value() throws -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'"),
            let end = bytes[(position + 1)...].firstIndex(of: bytes[position])
        else { throw fault("a value without quotation marks around it", "both") }
        let text = try decoded(bytes[position + 1..<end])
        _ = move(to: end + 1)
        return text
    }

    /// Decodes entities in text.
    private func decoded(_ text: ArraySlice<UInt8>) throws -> String {
        guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
        var result = "", rest = text
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += String(decoding: rest[..<start], as: UTF8.self)
            guard let end = rest[start...].prefix(16).firstIndex(of: UInt8(ascii: ";")) else {
                throw fault("an entity without end", "a semicolon")
            }
            let name = String(decoding: rest[start + 1..<end], as: UTF8.self)
            guard let character = Self.character(name) else { throw fault("the entity \(name)", "one of XML's own") }
            result.append(character)
            rest = rest[(end + 1)...]
        }
        return result + String(decoding: rest, as: UTF8.self)
    }

    private static func character(_ entity: String) -> Character? {
        switch entity {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard entity.hasPrefix("#") else { return nil }
            let isHexadecimal = entity.hasPrefix("#x")
            return UInt32(entity.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10)
                .flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }

    private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func take(_ text: String) -> Bool {
        guard starts(with: text) else { return false }
        _ = move(to: position + text.utf8.count)
        return true
    }

    private mutating func skipSpace() {
        _ = move(to: bytes[position...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? bytes.endIndex)
    }

    /// - Returns: the skipped bytes.
    private mutating func move(to place: Int) -> ArraySlice<UInt8> {
        let passed = bytes[position..<place]
        line += passed.count { $0 == 0x0A }
        position = place
        return passed
    }

    /// - Returns: the skipped bytes, including the text.
    private mutating func move(behind text: String) throws -> ArraySlice<UInt8> {
        let wanted = Array(text.utf8)
        var place = position
        while let start = bytes[place...].firstIndex(of: wanted[0]) {
            if bytes[start...].starts(with: wanted) { return move(to: start + wanted.count) }
            place = start + 1
        }
        throw fault("the end of the file", text)
    }
}
