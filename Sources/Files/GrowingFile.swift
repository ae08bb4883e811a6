import Foundation
import Imaging

/// A file that lines are appended to while other programs may read it. Each append is on disk when the call returns.
package final class GrowingFile {
    private let path: String
    private let handle: FileHandle
    private let isDevice: Bool

    /// Creates the file with its first bytes; an existing file is replaced only then.
    /// - Throws: `InputError`: `outputExists`, `inputOutput`.
    package init(_ path: String, beginning: Data, replaces: Bool) throws {
        self.path = path
        isDevice = OutputPath(path).isDevice
        if isDevice {
            handle = try OutputFile.open(path, flags: O_APPEND)
            try append(beginning)
        } else {
            let file = try NewFile(for: path)
            handle = file.handle
            try OutputFile.translating(path) { try handle.write(contentsOf: beginning) }
            try file.commit(replaces: replaces)
        }
    }

    /// - Throws: `InputError` of category `inputOutput`.
    package func append(_ data: Data) throws {
        try OutputFile.translating(path) {
            try handle.write(contentsOf: data)
            if !isDevice { try handle.synchronize() }
        }
    }
}
