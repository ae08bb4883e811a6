import Foundation
import Imaging

/// A model's files, whose paths need not be UTF-8.
package enum ModelFiles {
    /// File type at a path.
    package enum Kind { case file, folder }

    /// - Returns: nil when there is nothing.
    package static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard path.withPath({ stat($0, &status) }) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    /// The bytes of a file; nil when it cannot be read.
    package static func contents(_ path: String) -> Data? {
        let descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return nil }
        return try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readToEnd() ?? Data()
    }

    /// The names of what is in a folder; none when it cannot be listed.
    package static func names(in path: String) -> [String] {
        guard let folder = path.withPath({ opendir($0) }) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(withUnsafeBytes(of: &entry.pointee.d_name) { String(path: Array($0.prefix { $0 != 0 })) })
        }
        return names.filter { $0 != "." && $0 != ".." }
    }
}
