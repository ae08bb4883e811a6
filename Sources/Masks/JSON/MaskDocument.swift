import Files
import Foundation
import Media

/// A file of masks in memory: JSON or text.
struct MaskDocument {
    /// Maximum file size: 1 GiB, more than the masks of any one clip.
    private static let maximumBytes = 1 << 30

    let path: String
    let bytes: [UInt8]

    /// - Throws: `MaskError` if the file is missing, unreadable, empty or too large.
    init(path: String) throws {
        self.path = path
        func unreadable(_ error: VideoError) -> MaskError { MaskError(path: path, reason: .unreadable(error)) }
        guard let file = openFile(path) else {
            if FileStatus(path) == nil { throw MaskError(path: path, reason: .missing) }
            throw unreadable(.unreadable(path: path, reason: "cannot be opened"))
        }
        let data: Data
        do {
            data = try file.read(upToCount: Self.maximumBytes + 1) ?? Data()
        } catch {
            throw unreadable(.readFailed(path: path, reason: error.localizedDescription))
        }
        guard data.count <= Self.maximumBytes else {
            throw MaskError(path: path, found: "more than \(Self.maximumBytes) bytes", expected: "masks of one clip")
        }
        bytes = UTF8Text.bytes(Array(data))
    }

    /// Wraps bytes, for tests and files embedded in others.
    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// The first byte that is not white space; nil if there is none.
    var firstByte: UInt8? { bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } }

    /// True if the file's JSON is a list.
    var isList: Bool { firstByte == UInt8(ascii: "[") }

    /// Reads the file as one JSON value.
    /// - Throws: what `body` throws, and `MaskError` with the position of invalid JSON.
    func read(_ body: (inout JSONReader) throws -> Void) throws {
        var json = JSONReader(bytes)
        do {
            try body(&json)
            try json.end()
        } catch let fault as JSONFault {
            throw MaskError(path: path, found: "\(fault.found) at byte \(fault.offset)", expected: fault.expected)
        }
    }

    /// Calls `body` for each line of fields with its one-based number, skipping empty lines, comments and a header line.
    func forEachRow(_ body: (_ number: Int, _ line: ArraySlice<UInt8>) throws -> Void) rethrows {
        var isFirst = true
        try forEachLine { number, line in
            guard !line.starts(with: [UInt8(ascii: "#")]) else { return }
            defer { isFirst = false }
            if isFirst, header(line) != nil { return }
            try body(number, line)
        }
    }

    /// Column names in lowercase; nil for a line that is not a header, whose first field is a number.
    func header(_ line: ArraySlice<UInt8>) -> [String]? {
        let names = line.row.map { String(decoding: $0, as: UTF8.self).lowercased() }
        guard names.count >= 6, let first = names.first, first.first?.isLetter ?? false,
            names.allSatisfy({ Double($0) == nil && $0.count < 32 })
        else { return nil }
        return names
    }

    /// Calls `body` for each non-empty line with its one-based number.
    func forEachLine(_ body: (_ number: Int, _ line: ArraySlice<UInt8>) throws -> Void) rethrows {
        var start = bytes.startIndex, number = 0
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
            number += 1
            let line = bytes[start..<end].trimmingWhiteSpace
            if !line.isEmpty { try body(number, line) }
            start = end + 1
        }
    }
}

extension ArraySlice<UInt8> {
    /// The text without spaces, tabs and carriage returns at either end.
    var trimmingWhiteSpace: ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let start = drop(while: isSpace)
        return start.dropLast(start.reversed().prefix(while: isSpace).count)
    }

    /// The separator between a row's fields; nil for white space. A mask's runs may contain semicolons, but only after spaces.
    var separator: UInt8? {
        if contains(0x2C) { return 0x2C }
        guard let place = firstIndex(of: 0x3B), !self[..<place].trimmingWhiteSpace.contains(where: { $0 == 0x20 || $0 == 0x09 })
        else { return nil }
        return 0x3B
    }

    /// The fields of a row, without an empty one after a trailing separator.
    var row: [ArraySlice<UInt8>] {
        guard let separator else { return fields(separatedByCommas: false) }
        let parts = split(separator: separator, omittingEmptySubsequences: false).map(\.trimmingWhiteSpace)
        return parts.last?.isEmpty ?? false ? parts.dropLast() : parts
    }

    /// The parts between single commas, or between any number of spaces and tabs.
    func fields(separatedByCommas: Bool) -> [ArraySlice<UInt8>] {
        separatedByCommas
            ? split(separator: 0x2C, omittingEmptySubsequences: false).map(\.trimmingWhiteSpace)
            : split { $0 == 0x20 || $0 == 0x09 }
    }
}
