import Foundation
import Imaging

/// Output files. Whatever a call has written is on disk when it returns, so that it survives a crash of the program or machine.
package enum OutputFile {
    /// Checks, before any work is done, that a file can be written, by creating an unnamed file in its folder.
    /// - Throws: `InputError`: `outputExists`, or `inputOutput` if it cannot be written.
    package static func check(_ path: String, overwrites: Bool) throws {
        guard !path.isEmpty else { throw InputError(.usage, "found an empty name for an output, expected a file") }
        let place = OutputPath(path)
        if place.isDevice {
            guard path.withPath({ access($0, W_OK) }) == 0 else { throw InputError(.inputOutput, "\(path): no permission to write") }
            return
        }
        try checkFolder(of: path)
        guard ![".", ".."].contains(place.name), !path.hasSuffix("/") else { throw isFolder(path) }
        if let status = try place.existing() {
            guard !status.isFolder else { throw isFolder(path) }
            guard overwrites else { throw InputError(.outputExists, "\(path): exists already (--overwrite replaces it)") }
            guard mayReplace(status, in: place.folder) else {
                throw InputError(.inputOutput, "\(path): found another user's file in a folder where only that user may replace it")
            }
        }
        _ = try NewFile(for: path)
    }

    /// True for outputs that are written in place, such as a named pipe or /dev/null.
    package static func isDevice(_ path: String) -> Bool { OutputPath(path).isDevice }

    /// Checks that a path's folder is writable.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func checkFolder(of path: String) throws {
        let folder = OutputPath(path).folder
        var status = stat()
        guard folder.withPath({ stat($0, &status) }) == 0, status.isFolder else {
            throw InputError(.inputOutput, "\(path): found no folder \(folder), expected one to write to")
        }
        guard folder.withPath({ access($0, W_OK) }) == 0 else {
            throw InputError(.inputOutput, "\(path): found folder \(folder) read-only, expected one to write to")
        }
    }

    /// Writes a file atomically: a reader, or a later run after a crash, sees either the whole new file or the previous one.
    /// - Parameter replaces: true to replace an existing file.
    /// - Throws: `InputError`: `outputExists`, `inputOutput`.
    package static func write(_ data: Data, to path: String, replaces: Bool) throws {
        try write(path, replaces: replaces) { target in
            let handle = try target.open()
            try translating(path) { try handle.write(contentsOf: data) }
        }
    }

    /// Writes a file piece by piece, atomically as `write(_:to:replaces:)`.
    /// - Parameter body: writes the file.
    /// - Throws: also what `body` throws; the new file is then removed.
    package static func write(_ path: String, replaces: Bool, _ body: (Target) throws -> Void) throws {
        if OutputPath(path).isDevice { return try body(Target(name: path, file: nil)) }
        let file = try NewFile(for: path)
        try body(Target(name: path, file: file))
        try file.commit(replaces: replaces)
    }

    /// Saves data that could not be written to `path` in a new file next to it, or in the system's temporary folder.
    /// - Returns: the new file's path; nil if that fails too.
    package static func rescue(_ data: Data, from path: String) -> String? {
        let place = OutputPath(path), ending = URL(filePath: place.name).pathExtension
        let number = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        let name = "damvideo-captions-\(number)" + (ending.isEmpty ? "" : ".\(ending)")
        guard !place.isDevice else { return nil }
        return [place.folder, FileManager.default.temporaryDirectory.path].lazy.map { "\($0)/\(name)" }
            .first { (try? write(data, to: $0, replaces: false)) != nil }
    }

    /// A file while it is being written.
    package struct Target {
        fileprivate let name: String
        fileprivate let file: NewFile?

        /// Path through which it can be opened.
        package var path: String { file?.path ?? name }

        /// - Throws: `InputError` of category `inputOutput`.
        package func open() throws -> FileHandle { try file?.handle ?? OutputFile.open(name, flags: O_APPEND) }
    }

    /// Writes a new file in a folder of this process, with only one piece in memory at a time.
    /// - Parameter body: calls its argument with each piece.
    /// - Throws: `InputError` of category `inputOutput`, and what `body` throws.
    package static func create(_ path: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        let file = try open(path, flags: O_CREAT | O_EXCL)
        try body { bytes in
            guard let start = bytes.baseAddress else { return }
            let piece = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
            try translating(path) { try file.write(contentsOf: piece) }
        }
        try translating(path) { try file.synchronize() }
    }

    static func open(_ path: String, flags: Int32) throws -> FileHandle {
        try translating(path) {
            let descriptor = path.withPath { Foundation.open($0, O_WRONLY | O_CLOEXEC | flags, 0o666) }
            guard descriptor >= 0 else { throw SystemError.last }
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
    }

    private static func isFolder(_ path: String) -> InputError {
        InputError(.inputOutput, "\(path): found a folder, expected a file name")
    }

    /// True if the sticky bit permits replacing: in a folder such as /tmp only the owners of file and folder may.
    private static func mayReplace(_ file: stat, in folder: String) -> Bool {
        var status = stat()
        guard folder.withPath({ stat($0, &status) }) == 0, status.st_mode & S_ISVTX != 0 else { return true }
        return [0, file.st_uid, status.st_uid].contains(geteuid())
    }
}
