import Files
import Foundation

/// Content type of an upload, from its first bytes.
enum UploadContent {
    /// Number of bytes to inspect.
    private static let head = 512

    /// The content type of a file, from its first bytes; never one that a browser executes.
    static func type(of path: String) -> String { type((try? openFile(path)?.read(upToCount: head)) ?? Data()) }

    /// Sources: the WHATWG's "MIME Sniffing", section 6; ISO/IEC 14496-12 for `ftyp`.
    static func type(_ head: Data) -> String {
        let bytes = Array(head)
        func begins(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
        func has(_ values: [UInt8]) -> Bool { bytes.starts(with: values) }
        if begins("ftyp", at: 4) {
            if begins("qt  ", at: 8) { return "video/quicktime" }
            if begins("avif", at: 8) { return "image/avif" }
            return begins("hei", at: 8) || begins("mif1", at: 8) ? "image/heic" : "video/mp4"
        }
        if has([0x1A, 0x45, 0xDF, 0xA3]) { return head.range(of: Data("webm".utf8)) == nil ? "video/x-matroska" : "video/webm" }
        if begins("RIFF"), begins("AVI ", at: 8) { return "video/x-msvideo" }
        if begins("RIFF"), begins("WEBP", at: 8) { return "image/webp" }
        if has([0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if has([0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if begins("GIF8") { return "image/gif" }
        if begins("BM") { return "image/bmp" }
        if begins("OggS") { return "video/ogg" }
        if begins("FLV") { return "video/x-flv" }
        if has([0x00, 0x00, 0x01, 0xBA]) { return "video/mpeg" }
        if bytes.first == 0x47, bytes.count <= 188 || bytes[188] == 0x47 { return "video/mp2t" }
        return "application/octet-stream"
    }

    /// Text headers of uncompressed images and videos.
    private static let textHeads = ["YUV4MPEG2 ", "P2", "P3", "P5", "P6", "P7"]

    /// True for text, such as a playlist, whose referenced files FFmpeg would open.
    static func isText(_ path: String) -> Bool {
        let bytes = (try? openFile(path)?.read(upToCount: head)) ?? Data()
        guard !bytes.isEmpty, !textHeads.contains(where: { bytes.starts(with: $0.utf8) }) else { return false }
        return bytes.allSatisfy { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 >= 0x20 }
    }

    /// Extensions that mask files can have, for readers that depend on them.
    private static let maskEndings: Set = ["json", "jsonl", "txt", "csv", "xml", "png", "npz", "npy"]

    /// File name for uploaded masks: only a known extension is taken from the client's name.
    static func maskName(_ fileName: String?) -> String {
        let ending = fileName?.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return maskEndings.contains(ending) ? "given.\(ending)" : "given"
    }

    /// A display name for a clip, from its file name; never used as a path.
    static func name(_ fileName: String) -> String {
        let last = fileName.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let text = String(String.UnicodeScalarView(last.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
            .trimmingCharacters(in: .whitespaces).prefix(200)
        return text.isEmpty || [".", "..", "-"].contains(text) ? "clip" : String(text)
    }
}
