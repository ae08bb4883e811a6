import Files
import Foundation

/// Recordings appended to an FLV file, of which FFmpeg reads only the first.
///
/// Source: Adobe Flash Video File Format Specification 10.1, annex E.
enum FLVRecordings {
    /// Bytes from the next recording's header to the end of the file; 0 if there is none.
    /// - Parameter tag: byte offset of a tag near the end of the first recording.
    static func bytesAfterFirst(path: String, from tag: Int) -> Int {
        guard tag > 0, let file = openFile(path), let length = try? file.seekToEnd() else { return 0 }
        var offset = tag
        // A tag has a header of 11 bytes, and its size in the 4 bytes after it. Audio continues for a few tags after the last
        // picture.
        for _ in 0..<100_000 where offset + 11 <= Int(clamping: length) {
            guard (try? file.seek(toOffset: UInt64(offset))) != nil, let header = try? file.read(upToCount: 11),
                header.count == 11
            else { return 0 }
            if header.starts(with: "FLV".utf8) { return Int(clamping: length) - offset }
            guard [8, 9, 18].contains(header[header.startIndex] & 0x1F) else { return 0 }
            offset += 15 + header[header.startIndex + 1..<header.startIndex + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return 0
    }
}
