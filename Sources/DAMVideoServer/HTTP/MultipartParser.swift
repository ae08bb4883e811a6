import Foundation

/// Incremental parser of multipart bodies; buffers no more than one piece, a part's header and a boundary.
/// Source: RFC 2046, section 5.1.1.
struct MultipartParser {
    enum Event: Equatable {
        case begin(name: String, fileName: String?)
        case content(Data)
        case end
    }

    /// Upper bound on the bytes of a part's header.
    static let longestHead = 16 << 10
    /// Upper bound on the parts of a body.
    static let mostParts = 64

    private enum State { case preamble, boundaryEnd, head, content, epilogue }

    /// The line break and dashes before each boundary, and the boundary.
    private let delimiter: Data
    private var buffer: Data
    private var state = State.preamble
    private var parts = 0
    private var passed = 0

    init(boundary: String) {
        delimiter = Data("\r\n--\(boundary)".utf8)
        // The first boundary may be at the start of the body.
        buffer = Data("\r\n".utf8)
    }

    /// The events in the next bytes.
    /// - Throws: `APIError` 400.
    mutating func take(_ data: Data) throws -> [Event] {
        guard state != .epilogue else { return [] }
        buffer.append(data)
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// Checks that the body is complete.
    /// - Throws: `APIError` 400.
    func finish() throws {
        guard state == .epilogue else {
            throw APIError(400, "found the end of the body before its last boundary, expected all of it", code: "body_cut_off")
        }
    }

    /// - Returns: false if more bytes are needed.
    private mutating func step(_ events: inout [Event]) throws -> Bool {
        switch state {
        case .preamble:
            guard let found = buffer.place(of: delimiter) else {
                passed += drop(keeping: delimiter.count - 1)
                guard passed <= Self.longestHead else {
                    throw APIError(400, "found no boundary in the body, expected the one of content-type")
                }
                return false
            }
            remove(upTo: found.upperBound)
            state = .boundaryEnd
        case .boundaryEnd: return try endBoundary()
        case .head: return try readHead(&events)
        case .content:
            guard let found = buffer.place(of: delimiter) else {
                let safe = max(0, buffer.count - (delimiter.count - 1))
                if safe > 0 { events.append(.content(Data(buffer.prefix(safe)))) }
                _ = drop(keeping: delimiter.count - 1)
                return false
            }
            if found.lowerBound > buffer.startIndex { events.append(.content(Data(buffer[..<found.lowerBound]))) }
            events.append(.end)
            remove(upTo: found.upperBound)
            state = .boundaryEnd
        case .epilogue:
            buffer = Data()
            return false
        }
        return true
    }

    /// Reads what follows a boundary: `--` at the end of the body, or white space and a line break.
    private mutating func endBoundary() throws -> Bool {
        guard buffer.count >= 2 else { return false }
        if buffer.starts(with: Data("--".utf8)) {
            state = .epilogue
            return true
        }
        guard let lineEnd = buffer.place(of: Data("\r\n".utf8)) else {
            guard buffer.count <= Self.longestHead else { throw malformed }
            return false
        }
        guard buffer[..<lineEnd.lowerBound].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { throw malformed }
        // The line break stays: an empty header is that and one more.
        remove(upTo: lineEnd.lowerBound)
        parts += 1
        guard parts <= Self.mostParts else {
            throw APIError(400, "found more than \(Self.mostParts) parts in the body, expected fewer")
        }
        state = .head
        return true
    }

    private mutating func readHead(_ events: inout [Event]) throws -> Bool {
        guard let end = buffer.place(of: Data("\r\n\r\n".utf8)), end.lowerBound - buffer.startIndex <= Self.longestHead else {
            guard buffer.count <= Self.longestHead else {
                throw APIError(400, "found a head of a part of more than \(Self.longestHead >> 10) KB, expected a shorter one")
            }
            return false
        }
        let (name, fileName) = try MultipartHeaders.part(Data(buffer[..<end.lowerBound]))
        events.append(.begin(name: name, fileName: fileName))
        remove(upTo: end.upperBound)
        state = .content
        return true
    }

    private var malformed: APIError { APIError(400, "found something behind a boundary of the body, expected a line break") }

    private mutating func remove(upTo index: Data.Index) { buffer = Data(buffer[index...]) }

    /// Removes all but the last bytes.
    /// - Returns: the number of bytes dropped.
    private mutating func drop(keeping count: Int) -> Int {
        let excess = max(0, buffer.count - count)
        if excess > 0 { buffer = Data(buffer.suffix(count)) }
        return excess
    }
}

extension Data {
    /// First range of some bytes; nil if not found. Finds the first byte with `memchr`, because nearly all bytes of an upload
    /// belong to no boundary.
    fileprivate func place(of bytes: Data) -> Range<Index>? {
        let offset = withUnsafeBytes { all -> Int? in
            bytes.withUnsafeBytes { wanted in
                guard let start = all.baseAddress, let first = wanted.first, let target = wanted.baseAddress else { return nil }
                var place = 0
                while place + wanted.count <= all.count {
                    guard let hit = memchr(start + place, Int32(first), all.count - wanted.count - place + 1) else { return nil }
                    place = UnsafeRawPointer(hit) - start
                    if memcmp(hit, target, wanted.count) == 0 { return place }
                    place += 1
                }
                return nil
            }
        }
        return offset.map { startIndex + $0..<startIndex + $0 + bytes.count }
    }
}
