import Foundation

/// The `curl` program, which provides HTTP with TLS in a separate process.
enum CurlProgram {
    /// Its path, from the folders of `path`; nil if there is none.
    static func find(in path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") -> String? {
        path.split(separator: ":").map { "\($0)/curl" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A text quoted for curl's configuration; nil if it has a control character, which could begin another line.
    static func quoted(_ text: String) -> String? {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else { return nil }
        return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
