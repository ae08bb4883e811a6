import Foundation
import Imaging

/// Tells a missing or unreadable file from one with the wrong content, before FFmpeg sees it.
func checkReadable(_ path: String) throws {
    guard let status = FileStatus(path) else { throw VideoError.missing(path: path) }
    guard !status.isFolder else { throw VideoError.invalid(path: path, found: "a folder", expected: "a file") }
    guard !status.isPipe else {
        throw VideoError.invalid(path: path, found: "a pipe", expected: "a file, or - for a video on standard input")
    }
    guard path.withPath({ access($0, R_OK) }) == 0 else { throw VideoError.unreadable(path: path, reason: "permission denied") }
    guard status.size != 0 else { throw VideoError.invalid(path: path, found: "an empty file", expected: "a video or picture") }
}

/// File type and size of a path, links followed.
package struct FileStatus {
    package let isFolder: Bool
    /// True if it is a file, and no folder, pipe or device.
    package let isRegular: Bool
    let isPipe: Bool
    /// Bytes.
    let size: Int

    /// - Returns: nil when there is nothing at the path.
    package init?(_ path: String) {
        var status = stat()
        guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isPipe = status.st_mode & S_IFMT == S_IFIFO
        size = Int(status.st_size)
    }
}

/// A file that is open for reading; nil when it cannot be opened.
package func openFile(_ path: String) -> FileHandle? {
    let descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC) }
    return descriptor >= 0 ? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true) : nil
}

/// The names in a folder, but for those of itself and the folder it is in; nil when it cannot be listed.
package func folderNames(_ path: String) -> [String]? {
    guard let folder = path.withPath({ opendir($0) }) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(path: Array($0.prefix { $0 != 0 })) }
        if name != ".", name != ".." { names.append(name) }
        errno = 0
    }
    return errno == 0 ? names : nil
}

/// The bytes of a file that starts with `signature`; nil, without reading on, when it starts otherwise.
/// - Throws: `VideoError` when there is no file, it cannot be read, or it is larger than `maximum` bytes.
func readFile(_ path: String, startingWith signature: [UInt8], maximum: Int) throws -> [UInt8]? {
    try checkReadable(path)
    guard let file = openFile(path) else {
        throw VideoError.unreadable(path: path, reason: "cannot be opened")
    }
    do {
        let start = try file.read(upToCount: signature.count) ?? Data()
        guard start.elementsEqual(signature) else { return nil }
        let rest = try file.read(upToCount: maximum) ?? Data()
        guard rest.count < maximum else {
            throw VideoError.invalid(path: path, found: "more than \(maximum) bytes", expected: "a picture")
        }
        return Array(start + rest)
    } catch let error as VideoError {
        throw error
    } catch {
        throw VideoError.readFailed(path: path, reason: error.localizedDescription)
    }
}
