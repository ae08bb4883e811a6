import Foundation

/// A file or folder that is written under another name and gets its own when it is complete.
package struct PendingOutput: Sendable {
    package let path: String
    /// Where to write; beside `path`, so that renaming is all there is left to do.
    package let temporary: URL

    package init(path: String) {
        self.path = path
        let target = URL(filePath: path).standardizedFileURL
        temporary = target.deletingLastPathComponent()
            .appending(path: ".\(target.lastPathComponent).\(UUID().uuidString).partial")
    }

    /// Takes the place of what is at `path`.
    /// - Throws: what the system says; what was there is there again then.
    package func commit() throws {
        let target = URL(filePath: path).standardizedFileURL
        guard FileManager.default.fileExists(atPath: target.path) else {
            return try FileManager.default.moveItem(at: temporary, to: target)
        }
        let old = temporary.appendingPathExtension("old")
        try FileManager.default.moveItem(at: target, to: old)
        do {
            try FileManager.default.moveItem(at: temporary, to: target)
        } catch {
            try? FileManager.default.moveItem(at: old, to: target)
            throw error
        }
        try FileManager.default.removeItem(at: old)
    }

    /// Leaves nothing behind.
    package func discard() {
        try? FileManager.default.removeItem(at: temporary)
    }
}
