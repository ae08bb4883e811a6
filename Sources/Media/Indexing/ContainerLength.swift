import Files
import Foundation

/// Comparison of a file's length with the one declared by its container. FFmpeg takes a truncated Matroska file for a shorter
/// one, and reports an MP4 without an index, or truncated within headers, only as invalid data.
///
/// Sources: ISO/IEC 14496-12, 4.2 (boxes); RFC 8794, 4 (EBML variable-size integers) and RFC 9559, 5.1 (Segment);
/// Microsoft's "AVI RIFF File Reference" (lists).
struct ContainerLength {
    /// Bytes that the headers declare but the file lacks; 0 if none.
    private(set) var missingBytes = 0
    /// True for an MP4 or QuickTime file without a `moov` box, which recorders write last.
    private(set) var lacksIndex = false
    /// Byte offset at which the complete boxes of an MP4 end if its last box is truncated and has no media data; nil otherwise.
    private(set) var wholeBoxes: Int?
    /// True for an AVI file with all bytes that its lists declare.
    private(set) var isWholeAVI = false

    private let file: FileHandle
    private let length: Int

    /// - Returns: nil if the file cannot be read or is of another kind.
    init?(path: String) {
        guard let file = openFile(path), let end = try? file.seekToEnd() else { return nil }
        self.file = file
        length = Int(clamping: end)
        let start = read(at: 0, count: 12)
        if start.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            measureMatroska()
        } else if start.count == 12, start[4..<8].elementsEqual("ftyp".utf8) {
            measureMP4()
        } else if start.starts(with: "RIFF".utf8), start[8...].elementsEqual("AVI ".utf8) {
            measureAVI()
        } else {
            return nil
        }
    }

    private func read(at offset: Int, count: Int) -> [UInt8] {
        guard (try? file.seek(toOffset: UInt64(clamping: offset))) != nil else { return [] }
        return (try? file.read(upToCount: count)).map(Array.init) ?? []
    }

    /// Walks the top-level boxes.
    private mutating func measureMP4() {
        var offset = 0
        lacksIndex = true
        for _ in 0..<100_000 where offset < length {  // bounded for damaged files
            let header = read(at: offset, count: 16)
            guard header.count >= 8 else {
                missingBytes = 8 - header.count
                wholeBoxes = lacksIndex ? nil : offset
                return
            }
            var size = bigEndian(header[0..<4])
            if header[4..<8].elementsEqual("moov".utf8) { lacksIndex = false }
            if size == 1, header.count == 16 { size = bigEndian(header[8..<16]) }
            guard size != 0 else { return }  // extends to the end of the file
            guard size >= 8, size < Int.max - offset else { return }
            if offset + size > length, !lacksIndex, !header[4..<8].elementsEqual("mdat".utf8),
                !header[4..<8].elementsEqual("moov".utf8) {
                wholeBoxes = offset
            }
            offset += size
        }
        missingBytes = max(0, offset - length)
    }

    /// Walks the top-level lists, of which a long file has several. Sizes that were never filled in are ignored.
    private mutating func measureAVI() {
        var offset = 0
        for _ in 0..<100_000 where offset < length {
            let header = read(at: offset, count: 8)
            guard header.count == 8, header.starts(with: "RIFF".utf8) else { break }
            let size = littleEndian(header[4..<8])
            guard size > 0 else { return }
            offset += 8 + size + size % 2
        }
        // The last list may lack its padding.
        isWholeAVI = offset <= length + 1
    }

    /// Reads the EBML header's size and the Segment's.
    private mutating func measureMatroska() {
        let header = read(at: 0, count: 64)
        guard let (headerSize, sizeEnd) = ebmlNumber(header, at: 4), headerSize < 1 << 20 else { return }
        let segment = read(at: sizeEnd + headerSize, count: 12)
        guard segment.starts(with: [0x18, 0x53, 0x80, 0x67]), let (size, start) = ebmlNumber(segment, at: 4) else { return }
        let end = sizeEnd + headerSize + start
        missingBytes = max(0, size - max(0, length - end))
    }
}

private func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(clamping: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}

private func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(clamping: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
}

/// An EBML variable-size integer and its end; nil if it is truncated or "unknown" (all ones), as in live streams.
private func ebmlNumber(_ bytes: [UInt8], at offset: Int) -> (value: Int, end: Int)? {
    guard offset < bytes.count, bytes[offset] != 0 else { return nil }
    let length = bytes[offset].leadingZeroBitCount + 1
    guard offset + length <= bytes.count else { return nil }
    let unknown = 1 << (7 * length) - 1
    let value = bigEndian(bytes[offset..<offset + length]) & unknown
    return value == unknown ? nil : (value, offset + length)
}
