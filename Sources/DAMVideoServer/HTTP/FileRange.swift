import Foundation

/// A range of bytes from a `Range` header.
struct ByteRange: Equatable {
    /// Nil for the last `end` bytes.
    let start: Int?
    /// Offset of the last byte or, without a start, a number of bytes; nil for everything after the start.
    let end: Int?

    /// - Returns: nil unless it is a single range; the header is then ignored.
    init?(_ text: String) {
        guard text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        func isNumber(_ text: String) -> Bool { text.isEmpty || text.utf8.count <= 18 && text.utf8.allSatisfy { (48...57).contains($0) } }
        guard ends.count == 2, ends.allSatisfy(isNumber), ends != ["", ""] else { return nil }
        (start, end) = (Int(ends[0]), Int(ends[1]))
        if let start, let end, end < start { return nil }
    }

    /// The range within a file of `size` bytes; nil if it is empty.
    func range(in size: Int) -> Range<Int>? {
        guard let start else {
            guard let end, end > 0, size > 0 else { return nil }
            return max(0, size - end)..<size
        }
        guard start < size else { return nil }
        return start..<(end.map { min($0, size - 1) + 1 } ?? size)
    }
}

/// An open file to send.
final class OpenFile: Sendable {
    let size: Int
    let modified: Date
    /// Entity tag, which changes with the file.
    let tag: String
    private let descriptor: Int32

    /// - Throws: `APIError` 404 if there is no such file.
    init(_ path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw APIError(404, "no such file", code: "not_found") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw APIError(404, "no such file", code: "not_found")
        }
        size = Int(status.st_size)
        let time = status.st_mtim
        modified = Date(timeIntervalSince1970: Double(time.tv_sec))
        tag = "\"\(String(size, radix: 36))-\(String(time.tv_sec * 1_000_000_000 + time.tv_nsec, radix: 36))\""
    }

    deinit { close(descriptor) }

    /// At most `count` bytes from `offset`; empty at the end of the file.
    /// - Throws: `APIError` if reading fails.
    func read(_ offset: Int, _ count: Int) throws -> Data {
        var data = Data(count: count)
        let read = data.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(offset)) }
        guard read >= 0 else { throw APIError(500, "the file cannot be read") }
        return data.prefix(read)
    }
}

/// Part of a file, read piece by piece.
actor FilePart {
    private let file: OpenFile
    private var rest: Range<Int>
    private static let pieceBytes = 256 << 10

    init(_ file: OpenFile, _ range: Range<Int>) { (self.file, rest) = (file, range) }

    /// - Throws: `APIError` if the file was truncated meanwhile.
    func next() async throws -> Data? {
        if rest.isEmpty { return nil }
        let start = rest.lowerBound, count = min(rest.count, Self.pieceBytes), file = file
        let piece = try await BlockingWork.shared.run { try file.read(start, count) }
        guard !piece.isEmpty else { throw APIError(500, "the file was cut short") }
        rest = start + piece.count..<rest.upperBound
        return piece
    }
}

extension APIError {
    static func rangeOutside(size: Int) -> APIError {
        var error = APIError(416, "found a range outside of the file, expected one of its \(size) bytes", code: "range_outside")
        error.fileSize = size
        return error
    }
}

/// Dates as HTTP writes them (RFC 9110, 5.6.7).
enum HTTPDate {
    static func text(_ date: Date) -> String {
        var time = time_t(date.timeIntervalSince1970), parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
