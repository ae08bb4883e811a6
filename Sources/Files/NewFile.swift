import Foundation
import Imaging

/// A file that is written in the folder of its final path, and gets its name when it is complete. Until then it has none,
/// where the file system can do that: whatever ends the process, nothing is left.
package final class NewFile {
    package let handle: FileHandle
    private let place: OutputPath
    /// The name it has before its own; nil for none.
    private var temporary: String?

    /// - Throws: `InputError` of category `inputOutput`.
    package init(for path: String) throws {
        let place = OutputPath(path)
        self.place = place
        if let descriptor = Self.nameless(in: place.folder) {
            handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            return
        }
        let name = TemporaryNames.make(in: place.folder)
        handle = try OutputFile.translating(path) {
            let descriptor = name.withPath { open($0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666) }
            guard descriptor >= 0 else { throw SystemError.last }
            TemporaryNames.insert(name) { _ = name.withPath { unlink($0) } }
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
        temporary = name
    }

    /// A file that never gets a name: room for what is made on the way to the file at `path`.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func spool(near path: String) throws -> NewFile {
        let isDevice = OutputPath(path).isDevice
        return try NewFile(for: isDevice ? FileManager.default.temporaryDirectory.appending(path: "spool").path : path)
    }

    deinit {
        if let temporary { TemporaryNames.discard(temporary) }
    }

    /// Path at which other code can open it for writing.
    package var path: String { temporary ?? Self.link(handle.fileDescriptor) }

    /// Gives it its name; it is on the disk then, and so is the name.
    /// - Parameter replaces: whether a file of that name is replaced.
    /// - Throws: `InputError`: `outputExists` when there is one that is not to be replaced, `inputOutput`.
    package func commit(replaces: Bool) throws {
        try OutputFile.translating(place.path) {
            try handle.synchronize()
            let name = try temporary ?? linked()
            temporary = name
            try TemporaryNames.complete(name) { try Rename.move(file: name, to: place, replaces: replaces) }
            temporary = nil
            try Self.synchronize(folder: place.folder)
        }
    }

    /// Gives a nameless file its temporary name.
    private func linked() throws -> String {
        let name = TemporaryNames.make(in: place.folder)
        let linked = name.withPath { linkat(AT_FDCWD, Self.link(handle.fileDescriptor), AT_FDCWD, $0, AT_SYMLINK_FOLLOW) }
        guard linked == 0 else { throw SystemError.last }
        TemporaryNames.insert(name) { _ = name.withPath { unlink($0) } }
        return name
    }

    private static func link(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    /// A file without a name; nil where the file system has none, or no way to name them later.
    private static func nameless(in folder: String) -> Int32? {
        guard access("/proc/self/fd", X_OK) == 0 else { return nil }
        // O_TMPFILE of Linux's fcntl.h, which Swift does not import.
        let descriptor = folder.withPath { open($0, 0o20000000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o666) }
        return descriptor >= 0 ? descriptor : nil
    }

    /// A new name is only on the disk when its folder is.
    private static func synchronize(folder: String) throws {
        let descriptor = folder.withPath { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        // A folder that takes files may not be readable; the name is there all the same.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Some file systems cannot synchronize folders, and say so; the rename is done all the same.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError.last }
    }
}
