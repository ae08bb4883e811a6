import Foundation

/// A range of bytes as a request's header `Range` says it.
struct ByteRange: Equatable {
    /// Nil for the last `end` bytes.
    let start: Int?
    /// The last byte's place, or with no start a number of bytes; nil for all behind the start.
    let end: Int?

    /// - Returns: nil for what is no single range, which is then passed over.
    init?(_ text: String) {
        guard text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        func isNumber(_ text: String) -> Bool { text.isEmpty || text.utf8.count <= 18 && text.utf8.allSatisfy { (48...57).contains($0) } }
        guard ends.count == 2, ends.allSatisfy(isNumber), ends != ["", ""] else { return nil }
        (start, end) = (Int(ends[0]), Int(ends[1]))
        if let start, let end, end < start { return nil }
    }

    /// The bytes of a file of `size`; nil if there are none.
    func range(in size: Int) -> Range<Int>? {
        guard let start else {
            guard let end, end > 0, size > 0 else { return nil }
            return max(0, size - end)..<size
        }
        guard start < size else { return nil }
        return start..<(end.map { min($0, size - 1) + 1 } ?? size)
    }
}

/// A file that is open to be sent.
final class OpenFile: Sendable {
    let size: Int
    let modified: Date
    /// Differs when the file was changed.
    let tag: String
    private let descriptor: Int32

    /// - Throws: `APIError` 404 when there is none.
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

    /// Bytes from `offset` on, `count` at most; none at the end of the file.
    /// - Throws: `APIError` when the system cannot read them.
    func read(_ offset: Int, _ count: Int) throws -> Data {
        var data = Data(count: count)
        let read = data.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(offset)) }
        guard read >= 0 else { throw APIError(500, "the file cannot be read") }
        return data.prefix(read)
    }
}

/// Part of a file, sent a piece at a time.
actor FilePart {
    private let file: OpenFile
    private var rest: Range<Int>
    private static let pieceBytes = 256 << 10

    init(_ file: OpenFile, _ range: Range<Int>) { (self.file, rest) = (file, range) }

    /// - Throws: `APIError` when the file has become shorter than was said.
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
