import Foundation
import MaskTracking

/// Files that results go to.
public enum OutputFile {
    /// Checks, before any work is done, that a file can be written.
    /// - Throws: `DAMVideoError`: `outputExists`, or `inputOutput` when the folder is not there or not writable.
    public static func check(_ path: String, overwrites: Bool) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw DAMVideoError(.inputOutput, "\(path): found no folder \(folder), expected one to write to")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw DAMVideoError(.inputOutput, "\(path): found folder \(folder) read-only, expected one to write to")
        }
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard !isFolder.boolValue else {
                throw DAMVideoError(.inputOutput, "\(path): found a folder, expected a file name")
            }
            guard overwrites else {
                throw DAMVideoError(.outputExists, "\(path): exists already (--overwrite replaces it)")
            }
        }
    }

    /// Writes to a temporary name beside `path`, then renames: a reader never sees half a file.
    /// - Throws: `DAMVideoError` of kind `inputOutput`.
    public static func write(_ data: Data, to path: String) throws {
        try translating(path) { try data.write(to: URL(filePath: path), options: .atomic) }
    }

    /// Lets `body` write to a temporary name beside `path`, then renames.
    /// - Throws: `DAMVideoError` of kind `inputOutput`; an error of `body`'s that is one already passes as it is.
    static func write(to path: String, _ body: (FileHandle) throws -> Void) throws {
        let pending = PendingOutput(path: path)
        do {
            try translating(path) {
                try Data().write(to: pending.temporary)
                let file = try FileHandle(forWritingTo: pending.temporary)
                defer { try? file.close() }
                try body(file)
                try pending.commit()
            }
        } catch {
            pending.discard()
            throw error
        }
    }

    /// Adds to the end of a file, at once: what was added survives the program.
    /// - Throws: `DAMVideoError` of kind `inputOutput`.
    public static func append(_ data: Data, to path: String) throws {
        try translating(path) {
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: data)
        }
    }

    /// Gives the system's errors a kind and the file's name.
    static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DAMVideoError {
            throw error
        } catch {
            throw DAMVideoError(.inputOutput, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
