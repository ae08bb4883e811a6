import Foundation
import Imaging

/// Files that results go to. What a call has written is on the disk when it returns: it survives the program, and the
/// machine as far as the disk keeps its word.
public enum OutputFile {
    /// Checks, before any work is done, that a file can be written.
    /// - Throws: `InputError`: `outputExists`, or `inputOutput` when the folder is not there or not writable.
    public static func check(_ path: String, overwrites: Bool) throws {
        try checkFolder(of: path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard !isFolder.boolValue else {
                throw InputError(.inputOutput, "\(path): found a folder, expected a file name")
            }
            guard overwrites || isDevice(path) else {
                throw InputError(.outputExists, "\(path): exists already (--overwrite replaces it)")
            }
        }
    }

    /// Checks that something can be put beside the others in a path's folder.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func checkFolder(of path: String) throws {
        let folder = URL(filePath: path).standardizedFileURL.deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw InputError(.inputOutput, "\(path): found no folder \(folder), expected one to write to")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw InputError(.inputOutput, "\(path): found folder \(folder) read-only, expected one to write to")
        }
    }

    /// Writes to a temporary name beside `path`, then renames: a reader, or a run that goes on after this one was killed,
    /// never sees half a file, and what was there is there until the new one is complete. The temporary name is always the
    /// same, so that what a killed run left is replaced and not added to.
    /// - Throws: `InputError` of category `inputOutput`.
    public static func write(_ data: Data, to path: String) throws {
        try replace(path) { target in
            try translating(path) { try write(data, to: target, flags: target == path ? 0 : O_CREAT | O_TRUNC) }
        }
    }

    /// As `write`, for what is written piece by piece.
    /// - Parameter body: writes the file at the path it is given.
    /// - Throws: `InputError` of category `inputOutput`, and what `body` throws; nothing is left of the new file then.
    package static func replace(_ path: String, _ body: (String) throws -> Void) throws {
        if isDevice(path) { return try body(path) }
        do {
            try body(temporary(path))
            try translating(path) {
                guard rename(temporary(path), path) == 0 else { throw SystemError(number: errno) }
                try synchronizeFolder(of: path)
            }
        } catch {
            discard(path)
            throw error
        }
    }

    /// Removes what is there of a file that is being written: for programs that end on the way.
    public static func discard(_ path: String) {
        unlink(temporary(path))
    }

    private static func temporary(_ path: String) -> String { path + ".partial" }

    /// Writes a new file piece by piece, with no more of it in memory than a piece.
    /// - Parameter body: calls what it is given with each piece.
    /// - Throws: `InputError` of category `inputOutput`, and what `body` throws.
    package static func create(_ path: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        let file = try translating(path) { try open(path, flags: O_CREAT | O_EXCL) }
        try body { bytes in
            guard let start = bytes.baseAddress else { return }
            let piece = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
            try translating(path) { try file.write(contentsOf: piece) }
        }
        try translating(path) {
            try file.synchronize()
            try synchronizeFolder(of: path)
        }
    }

    /// Adds to the end of a file.
    /// - Throws: `InputError` of category `inputOutput`.
    public static func append(_ data: Data, to path: String) throws {
        try translating(path) { try write(data, to: path, flags: O_APPEND) }
    }

    private static func write(_ data: Data, to path: String, flags: Int32) throws {
        let file = try open(path, flags: flags)
        try file.write(contentsOf: data)
        if !isDevice(path) { try file.synchronize() }
    }

    private static func open(_ path: String, flags: Int32) throws -> FileHandle {
        let descriptor = Foundation.open(path, O_WRONLY | O_CLOEXEC | flags, 0o666)
        guard descriptor >= 0 else { throw SystemError(number: errno) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Whether something is there that is neither file nor folder, such as /dev/null or a named pipe: nothing to replace.
    private static func isDevice(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// A new name is only on the disk when its folder is.
    private static func synchronizeFolder(of path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(number: errno) }
        defer { close(descriptor) }
        // Some file systems cannot synchronize folders, and say so; the rename is done all the same.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError(number: errno) }
    }

    /// Gives the system's errors a kind and the file's name.
    package static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SystemError {
            throw InputError(.inputOutput, "\(path): cannot be written: \(String(cString: strerror(error.number)))")
        } catch {
            throw InputError(.inputOutput, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }

    private struct SystemError: Error {
        /// As `errno` has it.
        let number: Int32
    }
}
