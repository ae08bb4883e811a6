import Imaging
import Logging

/// Folder of a server's library of clips.
package enum LibraryChoice: Sendable, Equatable {
    /// No clips are kept.
    case none
    /// A folder that was requested.
    case folder(String)
    /// The user's default library.
    case ownFolder(String)

    /// The user's default library, from the environment. Source: XDG Base Directory Specification, version 0.8.
    /// - Returns: `none` for a user without a home folder.
    package static func own(_ environment: [String: String]) -> LibraryChoice {
        // The specification says to ignore relative paths.
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        guard let data = folder("XDG_DATA_HOME") ?? folder("HOME").map({ $0 + "/.local/share" }) else { return .none }
        return .ownFolder(data + "/damvideo/library")
    }

    /// Opens the library.
    /// - Returns: nil for none, or if the default library cannot be used, which is logged but not an error.
    /// - Throws: `InputError` if a requested folder cannot be used.
    func open(_ logger: Logger) throws -> ClipLibrary? {
        switch self {
        case .none: return nil
        case .folder(let path): return try ClipLibrary(folder: path)
        case .ownFolder(let path):
            do {
                let library = try ClipLibrary(folder: path)
                logger.notice("clips are kept in \(library.folder); --library DIR for another folder, --no-library for none")
                return library
            } catch let error as InputError {
                logger.warning("no clips are kept: \(error.description); --library DIR for another folder")
                return nil
            }
        }
    }
}
