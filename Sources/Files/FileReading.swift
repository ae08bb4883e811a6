import Foundation

/// File type and size of a path; symbolic links are followed.
package struct FileStatus {
    package let isFolder: Bool
    /// True for a regular file.
    package let isRegular: Bool
    package let isPipe: Bool
    /// In bytes.
    package let size: Int

    /// - Returns: nil if nothing exists at the path.
    package init?(_ path: String) {
        var status = stat()
        guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isPipe = status.st_mode & S_IFMT == S_IFIFO
        size = Int(status.st_size)
    }
}

/// Opens a file for reading; nil if it cannot be opened.
package func openFile(_ path: String) -> FileHandle? {
    let descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC) }
    return descriptor >= 0 ? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true) : nil
}

/// Names of the entries of a folder, without `.` and `..`; nil if it cannot be listed.
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

/// The bytes of a file; nil if it cannot be read.
package func fileContents(_ path: String) -> Data? {
    guard let file = openFile(path) else { return nil }
    return try? file.readToEnd() ?? Data()
}
