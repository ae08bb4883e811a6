import Foundation
import Imaging

/// A file that is written in its destination folder and named when complete. If the file system supports it, the file is unnamed
/// until then, so that nothing is left however the process ends.
package final class NewFile {
    package let handle: FileHandle
    private let place: OutputPath
    /// Temporary name; nil for an unnamed file.
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

    /// A file that is never named, for temporary data on the way to the file at `path`.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func spool(near path: String) throws -> NewFile {
        let isDevice = OutputPath(path).isDevice
        return try NewFile(for: isDevice ? FileManager.default.temporaryDirectory.appending(path: "spool").path : path)
    }

    deinit {
        if let temporary { TemporaryNames.discard(temporary) }
    }

    /// Path through which other code can open it for writing.
    package var path: String { temporary ?? Self.link(handle.fileDescriptor) }

    /// Names the file; file and name are then on disk.
    /// - Parameter replaces: true to replace an existing file.
    /// - Throws: `InputError`: `outputExists` if a file exists that must not be replaced, `inputOutput`.
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

    /// Gives an unnamed file its temporary name.
    private func linked() throws -> String {
        let name = TemporaryNames.make(in: place.folder)
        let linked = name.withPath { linkat(AT_FDCWD, Self.link(handle.fileDescriptor), AT_FDCWD, $0, AT_SYMLINK_FOLLOW) }
        guard linked == 0 else { throw SystemError.last }
        TemporaryNames.insert(name) { _ = name.withPath { unlink($0) } }
        return name
    }

    private static func link(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    /// An unnamed file; nil if the file system does not support them, or cannot name them later.
    private static func nameless(in folder: String) -> Int32? {
        guard access("/proc/self/fd", X_OK) == 0 else { return nil }
        // O_TMPFILE of Linux's fcntl.h, which Swift does not import.
        let descriptor = folder.withPath { open($0, 0o20000000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o666) }
        return descriptor >= 0 ? descriptor : nil
    }

    /// Synchronises a folder, without which a new name may not be on disk.
    private static func synchronize(folder: String) throws {
        let descriptor = folder.withPath { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        // The folder may be writable but not readable; the name is there anyway.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Some file systems cannot synchronise folders and say so; the rename is done anyway.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemError.last }
    }
}
