import Foundation
import Imaging

/// The path of an output file or folder, parsed lexically; nothing needs to exist.
struct OutputPath {
    /// The given path without trailing slashes.
    let path: String
    /// `.` for a bare name.
    let folder: String
    let name: String

    init(_ path: String) {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        self.path = String(path)
        guard let slash = path.lastIndex(of: "/") else {
            (folder, name) = (".", String(path))
            return
        }
        folder = slash == path.startIndex ? "/" : String(path[..<slash])
        name = String(path[path.index(after: slash)...])
    }

    /// Status of the file at the path, without following links; nil if there is none.
    var status: stat? {
        var status = stat()
        return path.withPath { lstat($0, &status) } == 0 ? status : nil
    }

    /// True for outputs that are written in place, such as a named pipe, /dev/null or the standard output under any name.
    var isDevice: Bool {
        var status = stat()
        guard path.withPath({ stat($0, &status) }) == 0 else { return false }
        if ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) { return true }
        // A path to a file descriptor of this process has no name that could be replaced.
        return path.wholeMatch(of: /\/dev\/(stdout|stderr|fd\/[0-9]+)|\/proc\/(self|[0-9]+)\/fd\/[0-9]+/) != nil
    }

    /// Status of the file at the path; nil if there is none.
    /// - Throws: `InputError` of category `inputOutput` for an impossible path, such as one with too long a name.
    func existing() throws -> stat? {
        if let status { return status }
        guard errno == ENOENT else { throw InputError(.inputOutput, "\(path): cannot be written: \(SystemError.last.description)") }
        return nil
    }
}

extension stat {
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
