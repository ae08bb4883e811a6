import Imaging

/// Rows of comma-separated values. Fields may be in quotation marks, with commas, line breaks and doubled quotation marks inside.
/// If the first line has semicolons but no comma, semicolons separate fields, as in spreadsheets of some locales.
///
/// Source: RFC 4180.
package struct CSVTable {
    /// Names in the first row, trimmed.
    package let names: [String]
    /// Fields of each further row, with the one-based number of its first line; empty lines are skipped.
    package let rows: [(line: Int, fields: [String])]

    /// - Throws: `InputError` for an unterminated quotation, or text after one.
    package init(_ bytes: [UInt8]) throws(InputError) {
        var parser = Parser(bytes)
        guard let header = try parser.next() else { throw InputError(found: "an empty file", expected: "a row of names") }
        names = header.fields.map { String(decoding: Array($0.utf8)[...].trimmingWhiteSpace, as: UTF8.self) }
        var rows: [(line: Int, fields: [String])] = []
        while let row = try parser.next() { rows.append(row) }
        self.rows = rows
    }

    /// True if a file's first line names all of these columns; nothing else is read.
    static func starts(_ bytes: [UInt8], with columns: [String]) -> Bool {
        var parser = Parser(Array(bytes.prefix { $0 != 0x0A }))
        guard let header = try? parser.next() else { return false }
        let names = header.fields.map { String(decoding: Array($0.utf8)[...].trimmingWhiteSpace, as: UTF8.self) }
        return columns.allSatisfy(names.contains)
    }
}

private struct Parser {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var position = 0
    private var line = 1

    private static let quote = UInt8(ascii: "\""), lineFeed: UInt8 = 0x0A, carriageReturn: UInt8 = 0x0D

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let first = bytes.prefix { $0 != Self.lineFeed }
        separator = !first.contains(UInt8(ascii: ",")) && first.contains(UInt8(ascii: ";")) ? UInt8(ascii: ";") : UInt8(ascii: ",")
    }

    /// The next non-empty row; nil at the end.
    mutating func next() throws(InputError) -> (line: Int, fields: [String])? {
        while position < bytes.count {
            let start = line
            let fields = try row()
            if fields != [""] { return (start, fields) }
        }
        return nil
    }

    private mutating func row() throws(InputError) -> [String] {
        var fields: [String] = []
        while true {
            fields.append(position < bytes.count && bytes[position] == Self.quote ? try quoted() : plain())
            if position < bytes.count, bytes[position] == separator {
                position += 1
                continue
            }
            if position < bytes.count, bytes[position] == Self.carriageReturn { position += 1 }
            guard position < bytes.count else { return fields }
            guard bytes[position] == Self.lineFeed else {
                throw InputError(found: "text after a closing quotation mark in line \(line)", expected: "a separator")
            }
            position += 1
            line += 1
            return fields
        }
    }

    private mutating func plain() -> String {
        let end = bytes[position...].firstIndex { $0 == separator || $0 == Self.lineFeed } ?? bytes.endIndex
        var field = bytes[position..<end]
        position = end
        // The carriage return before a line feed is not part of the field.
        if end == bytes.endIndex || bytes[end] == Self.lineFeed, field.last == Self.carriageReturn { field.removeLast() }
        return String(decoding: field, as: UTF8.self)
    }

    private mutating func quoted() throws(InputError) -> String {
        let start = line
        var field: [UInt8] = []
        position += 1
        while let end = bytes[position...].firstIndex(of: Self.quote) {
            field += bytes[position..<end]
            line += bytes[position..<end].count { $0 == Self.lineFeed }
            position = end + 1
            guard position < bytes.count, bytes[position] == Self.quote else { return String(decoding: field, as: UTF8.self) }
            field.append(Self.quote)
            position += 1
        }
        throw InputError(found: "an unterminated quotation, from line \(start)", expected: "a closing one")
    }
}
