import Foundation
import Imaging

/// The program's standard output.
package enum StandardOutput {
    /// Checks that it is open for writing.
    /// - Throws: `InputError` of category `inputOutput`.
    package static func check() throws {
        let flags = fcntl(STDOUT_FILENO, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { throw InputError(.inputOutput, "stdout: closed") }
    }

    /// - Throws: `InputError` of category `inputOutput` if writing fails.
    package static func write(_ data: Data) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw InputError(.inputOutput, "stdout: cannot be written")
        }
    }
}
