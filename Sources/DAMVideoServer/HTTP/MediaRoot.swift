import Files
import Foundation
import Imaging

/// The folder of files that clients may name by path.
struct MediaRoot: Sendable {
    /// Absolute path with symbolic links resolved.
    let folder: String

    /// - Throws: `InputError` if there is no such folder.
    init(_ folder: String) throws {
        guard let resolved = Self.resolved(folder), FileStatus(resolved)?.isFolder == true else {
            throw InputError(.notFound, folder, found: "no folder", expected: "one with clips")
        }
        self.folder = resolved
    }

    /// The absolute path, with symbolic links resolved, of a file or folder below this one.
    /// - Parameter path: relative to this folder, or absolute.
    /// - Throws: `APIError`: 403 for a path that leads outside, or to something that is neither file nor folder, 404 if nothing
    ///   is there.
    func file(_ path: String) throws -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw APIError(400, "found an empty path, expected one of a file", param: "path")
        }
        let outside = APIError(403, "found a path outside the media folder, expected one of a file in it", param: "path")
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        // Checked lexically first, so that errors do not reveal which files exist outside this folder.
        guard isInside(Self.normal(whole)) else { throw outside }
        guard let resolved = Self.resolved(whole) else {
            throw APIError(404, "found nothing at \(path) in the media folder, expected a clip", param: "path", code: "not_found")
        }
        guard isInside(resolved), let status = FileStatus(resolved), status.isFolder || status.isRegular else { throw outside }
        return resolved
    }

    private func isInside(_ path: String) -> Bool { path.hasPrefix(folder == "/" ? "/" : folder + "/") }

    /// A path without `.`, `..` and empty components.
    private static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = path.withPath({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return String(path: UnsafeBufferPointer(start: resolved, count: strlen(resolved)).map { UInt8(bitPattern: $0) })
    }
}
