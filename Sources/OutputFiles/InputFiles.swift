import Foundation
import Imaging

/// Files and folders that a run reads, which none of its outputs may replace, by whatever name or link.
package struct InputFiles {
    private let paths: [String]

    /// - Parameter paths: files, and folders with all that is in them; what is not there counts for nothing.
    package init(_ paths: [String]) { self.paths = paths }

    /// - Throws: `InputError` of category `usage` when what is at `output` is an input, is in one, or has one in it.
    package func refuse(_ output: String) throws {
        guard let target = File(output) else { return }
        for path in paths {
            guard let input = File(path), input.isSame(as: target) || input.holds(target) || target.holds(input) else { continue }
            throw InputError(
                .usage, "\(output): found \(input.isSame(as: target) ? "an input of this run" : "a place of \(path), which is read"), "
                    + "expected another to write to")
        }
    }

    /// Something that is there, known by more than its name.
    private struct File {
        private let status: stat
        /// Absolute, without links.
        private let path: String

        init?(_ path: String) {
            var status = stat()
            guard path.withPath({ stat($0, &status) }) == 0, let real = path.withPath({ realpath($0, nil) }) else { return nil }
            defer { free(real) }
            (self.status, self.path) = (status, String(cString: real))
        }

        func isSame(as other: File) -> Bool { status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino }

        func holds(_ other: File) -> Bool { status.isFolder && other.path.hasPrefix(path + "/") }
    }
}
