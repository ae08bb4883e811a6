/// The uncompressed files of a zip archive, located without a copy. Source:
/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3 and 4.5.3.
struct ZipDirectory {
    /// Byte range of each file in the archive, by name.
    let entries: [String: Range<Int>]

    /// - Throws: `CheckpointError` if the directory is missing, truncated or exceeds the archive, a name is repeated, or a file
    ///   is compressed or encrypted.
    init(_ archive: MappedBytes, path: String) throws {
        let parser = ZipParser(path: path, size: archive.count)
        entries = try archive.withUnsafeBytes { bytes in
            var entries: [String: Range<Int>] = [:]
            let directory = try parser.directory(bytes)
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<directory.upperBound]), at: directory.lowerBound)
            while reader.remaining > 0 {
                let (name, range) = try parser.entry(&reader, of: bytes)
                guard entries.updateValue(range, forKey: name) == nil else {
                    throw parser.error(name, found: "two files of this name", expected: "each name once")
                }
            }
            return entries
        }
    }

    /// True if a file has the signature of a zip archive.
    static func isArchive(_ bytes: MappedBytes) -> Bool {
        bytes.withUnsafeBytes { $0.starts(with: [0x50, 0x4B, 0x03, 0x04]) }
    }
}

private struct ZipParser {
    let path: String
    let size: Int

    func error(_ subject: String? = nil, found: String, expected: String) -> CheckpointError {
        CheckpointError(file: path, subject: subject, found: found, expected: expected)
    }

    private var cut: CheckpointError { error(found: "a truncated zip directory", expected: "complete entries") }

    /// Range of the central directory, according to the end record.
    func directory(_ bytes: UnsafeRawBufferPointer) throws -> Range<Int> {
        let missing = error(found: "no zip directory", expected: "one at the end of the file (is the file complete?)")
        // The record has 22 bytes and a comment of up to 65535.
        let first = max(0, size - 22 - 0xFFFF)
        guard size >= 22, let end = (first...size - 22).last(where: { isSignature(bytes, at: $0, 0x0605_4B50) }) else {
            throw missing
        }
        var reader = ByteReader(bytes, at: end + 12)
        guard let shortLength: UInt32 = reader.next(), let shortStart: UInt32 = reader.next() else { throw missing }
        var start = UInt64(shortStart), length = UInt64(shortLength)
        // An archive beyond 4 GB has a locator of its 64-bit record just before.
        if shortStart == .max || shortLength == .max {
            guard end >= 20, isSignature(bytes, at: end - 20, 0x0706_4B50) else { throw missing }
            var locator = ByteReader(bytes, at: end - 12)
            guard let offset: UInt64 = locator.next(), offset <= size, isSignature(bytes, at: Int(offset), 0x0606_4B50)
            else { throw missing }
            var record = ByteReader(bytes, at: Int(offset) + 40)
            guard let longLength: UInt64 = record.next(), let longStart: UInt64 = record.next() else { throw missing }
            (start, length) = (longStart, longLength)
        }
        guard start <= end, length <= UInt64(end) - start else {
            throw error(found: "a zip directory of \(length) bytes at \(start) of \(size)", expected: "one within the file")
        }
        return Int(start)..<Int(start + length)
    }

    /// The next entry of the central directory.
    func entry(_ reader: inout ByteReader, of bytes: UnsafeRawBufferPointer) throws -> (name: String, range: Range<Int>) {
        guard let signature: UInt32 = reader.next(), signature == 0x0201_4B50, reader.next(count: 4) != nil,
            let flags: UInt16 = reader.next(), let method: UInt16 = reader.next(), reader.next(count: 8) != nil,
            let packed: UInt32 = reader.next(), let unpacked: UInt32 = reader.next(), let nameLength: UInt16 = reader.next(),
            let extraLength: UInt16 = reader.next(), let commentLength: UInt16 = reader.next(), reader.next(count: 8) != nil,
            let header: UInt32 = reader.next(), let nameBytes = reader.next(count: Int(nameLength)),
            let extra = reader.next(count: Int(extraLength)), reader.next(count: Int(commentLength)) != nil
        else { throw cut }
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw error(found: "a file name in the zip directory that is not UTF-8", expected: "names in UTF-8")
        }
        guard method == 0, flags & 1 == 0 else {
            throw error(name, found: flags & 1 == 0 ? "a compressed file" : "an encrypted file", expected: "a stored one")
        }
        var long = longNumbers(extra)
        func widened(_ value: UInt32) throws -> UInt64 {
            guard value == .max else { return UInt64(value) }
            guard let number = long?.next(UInt64.self) else { throw cut }
            return number
        }
        // The order of the 64-bit field is fixed.
        let length = try widened(unpacked), stored = try widened(packed), offset = try widened(header)
        guard length == stored else {
            throw error(name, found: "\(stored) bytes stored for \(length)", expected: "as many")
        }
        return (name, try content(of: name, header: offset, length: length, bytes))
    }

    /// The extra field with values that exceed 32 bits.
    private func longNumbers(_ extra: UnsafeRawBufferPointer) -> ByteReader? {
        var reader = ByteReader(extra)
        while let identifier: UInt16 = reader.next(), let length: UInt16 = reader.next() {
            guard let field = reader.next(count: Int(length)) else { return nil }
            if identifier == 1 { return ByteReader(field) }
        }
        return nil
    }

    /// The file's bytes follow its local header, whose name and extra field may differ in length from the directory's.
    private func content(
        of name: String, header: UInt64, length: UInt64, _ bytes: UnsafeRawBufferPointer
    ) throws -> Range<Int> {
        guard header <= size, isSignature(bytes, at: Int(header), 0x0403_4B50) else {
            throw error(name, found: "no file header at \(header)", expected: "one")
        }
        var reader = ByteReader(bytes, at: Int(header) + 26)
        guard let nameLength: UInt16 = reader.next(), let extraLength: UInt16 = reader.next(),
            reader.next(count: Int(nameLength)) != nil, reader.next(count: Int(extraLength)) != nil,
            length <= reader.remaining
        else { throw error(name, found: "\(length) bytes at \(header)", expected: "bytes within the \(size) of the file") }
        return reader.position..<reader.position + Int(length)
    }

    private func isSignature(_ bytes: UnsafeRawBufferPointer, at position: Int, _ signature: UInt32) -> Bool {
        var reader = ByteReader(bytes, at: position)
        return reader.next() == signature
    }
}
