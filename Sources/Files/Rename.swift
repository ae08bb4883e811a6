import Foundation
import Imaging

/// Renaming files and folders, with or without replacing.
enum Rename {
    /// Renames a file.
    /// - Throws: `InputError` of category `outputExists` if something exists that must not be replaced, `SystemError`.
    static func move(file old: String, to place: OutputPath, replaces: Bool) throws {
        if !replaces {
            if call(link, old, place.path) == 0 {
                _ = old.withPath { unlink($0) }
                return
            }
            guard errno != EEXIST, place.status == nil else { throw exists(place) }
            // The file system has no hard links; nothing existed at the path a moment ago.
        }
        guard call(rename, old, place.path) == 0 else { throw SystemError.last }
    }

    /// Renames a folder; never replaces a file or a non-empty folder.
    /// - Throws: `InputError` of category `outputExists`, `SystemError`.
    static func move(folder old: String, to place: OutputPath) throws {
        guard call(rename, old, place.path) != 0 else { return }
        let error = SystemError.last
        throw [EEXIST, ENOTEMPTY, ENOTDIR].contains(error.number) ? exists(place) : error
    }

    /// Exchanges `new` and what is at `path`.
    /// - Throws: `SystemError`; nothing has then changed.
    static func exchange(_ new: String, with path: String) throws {
        // RENAME_EXCHANGE of Linux's fs.h: atomic, so that the path always exists.
        if let renameat2, call({ renameat2(AT_FDCWD, $0, AT_FDCWD, $1, 2) }, new, path) == 0 { return }
        let old = new + ".old"
        guard call(rename, path, old) == 0 else { throw SystemError.last }
        guard call(rename, new, path) == 0, call(rename, old, new) == 0 else {
            let error = SystemError.last
            _ = call(rename, old, path)
            throw error
        }
    }

    /// Calls a C function of two paths.
    private static func call(
        _ function: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32, _ first: String, _ second: String
    ) -> Int32 {
        first.withPath { first in second.withPath { function(first, $0) } }
    }

    private static func exists(_ place: OutputPath) -> InputError {
        InputError(.outputExists, "\(place.path): exists already (--overwrite replaces it)")
    }

    private typealias RenameAt = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

    /// Linux's `renameat2`, which Swift does not import.
    private static let renameat2 = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: RenameAt.self) }
}
