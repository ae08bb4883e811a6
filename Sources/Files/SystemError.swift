import Foundation
import Imaging

/// A call of the system that failed.
struct SystemError: Error {
    /// Value of `errno`.
    let number: Int32

    /// The one that failed last.
    static var last: SystemError { SystemError(number: errno) }

    var description: String { String(cString: strerror(number)) }
}

extension OutputFile {
    /// Gives the system's errors a category and the file's name.
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
