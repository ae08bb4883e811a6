import Foundation
import Imaging

/// Renaming files and folders, with or without replacing.
enum Rename {
    /// Gives a file its name.
    /// - Throws: `InputError` of category `outputExists` when something is there that is not to be replaced, `SystemError`.
    static func move(file old: String, to place: OutputPath, replaces: Bool) throws {
        if !replaces {
            if call(link, old, place.path) == 0 {
                _ = old.withPath { unlink($0) }
                return
            }
            guard errno != EEXIST, place.status == nil else { throw exists(place) }
            // A file system where files have one name: nothing was there a moment ago.
        }
        guard call(rename, old, place.path) == 0 else { throw SystemError.last }
    }

    /// Renames a folder; never replaces a file or a folder that is not empty.
    /// - Throws: `InputError` of category `outputExists`, `SystemError`.
    static func move(folder old: String, to place: OutputPath) throws {
        guard call(rename, old, place.path) != 0 else { return }
        let error = SystemError.last
        throw [EEXIST, ENOTEMPTY, ENOTDIR].contains(error.number) ? exists(place) : error
    }

    /// Puts `new` in the place of what is at `path`, which then is where `new` was.
    /// - Throws: `SystemError`; what was there is there then.
    static func exchange(_ new: String, with path: String) throws {
        // RENAME_EXCHANGE of Linux's fs.h: there is no moment without one of the two.
        if let renameat2, call({ renameat2(AT_FDCWD, $0, AT_FDCWD, $1, 2) }, new, path) == 0 { return }
        let old = new + ".old"
        guard call(rename, path, old) == 0 else { throw SystemError.last }
        guard call(rename, new, path) == 0, call(rename, old, new) == 0 else {
            let error = SystemError.last
            _ = call(rename, old, path)
            throw error
        }
    }

    /// Calls a function of two paths.
    private static func call(
        _ function: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32, _ first: String, _ second: String
    ) -> Int32 {
        first.withPath { first in second.withPath { function(first, $0) } }
    }

    private static func exists(_ place: OutputPath) -> InputError {
        InputError(.outputExists, "\(place.path): exists already (--overwrite replaces it)")
    }

    private typealias RenameAt = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

    /// Linux's function of that name, which Swift does not import.
    private static let renameat2 = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: RenameAt.self) }
}
