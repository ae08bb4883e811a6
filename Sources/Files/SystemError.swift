import Foundation
import Imaging

/// A failed system call.
struct SystemError: Error {
    /// Value of `errno`.
    let number: Int32

    /// The error of the last failed call.
    static var last: SystemError { SystemError(number: errno) }

    var description: String { String(cString: strerror(number)) }
}

extension OutputFile {
    /// Runs `body`, adding a category and the file's name to system errors.
    package static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as InputError {
            throw error
        } catch let error as SystemError {
            throw InputError(.inputOutput, "\(path): cannot be written: \(error.description)")
        } catch {
            throw InputError(.inputOutput, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
