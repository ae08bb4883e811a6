import Foundation
import Imaging

/// A file or folder that is written in a temporary folder and renamed when complete.
package final class PendingOutput {
    private let place: OutputPath
    private let folder: TemporaryFolder

    /// URL to write to; nothing exists there yet.
    package var temporary: URL { URL(filePath: folder.content) }

    /// Checks, before any work is done, that it can be written, by creating and removing the temporary folder.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func check(_ path: String) throws {
        try OutputFile.checkFolder(of: path)
        _ = try OutputPath(path).existing()
        _ = try PendingOutput(path: path)
    }

    /// - Throws: `InputError` of category `inputOutput`.
    package init(path: String) throws {
        place = OutputPath(path)
        TemporaryFolder.removeLeftOvers(in: place.folder)
        folder = try OutputFile.translating(path) { [place] in try TemporaryFolder(in: place.folder) }
    }

    deinit { TemporaryNames.discard(folder.path) }

    /// Runs `body` with the path to write to; errors name the destination in its place.
    /// - Throws: what `body` throws.
    package func writing<Result>(_ body: (String) throws -> Result) throws -> Result {
        do {
            return try body(folder.content)
        } catch let error as InputError {
            throw InputError(error.category, error.description.replacing(folder.content, with: place.path))
        }
    }

    /// Moves the output to its destination, replacing what is there.
    /// - Throws: `InputError`: `outputExists`, `inputOutput`; the previous contents are then restored.
    package func commit(replaces: Bool) throws {
        try OutputFile.translating(place.path) {
            // The replaced folder is now in the temporary one, which is removed with this value.
            try TemporaryNames.complete(folder.path, keeps: true) {
                var status = stat()
                guard lstat(folder.content, &status) == 0 else { throw SystemError.last }
                if !status.isFolder {
                    try Rename.move(file: folder.content, to: place, replaces: replaces)
                } else if replaces, place.status != nil {
                    try Rename.exchange(folder.content, with: place.path)
                } else {
                    try Rename.move(folder: folder.content, to: place)
                }
            }
        }
    }
}
