import Foundation

/// The program `curl`, which speaks HTTP with TLS in a process of its own.
enum CurlProgram {
    /// Its place among the folders of `path`; nil when there is none.
    static func find(in path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") -> String? {
        path.split(separator: ":").map { "\($0)/curl" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A text as a value of curl's configuration; nil for one with a control character, which would begin another line.
    static func quoted(_ text: String) -> String? {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else { return nil }
        return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
