import Imaging

/// A reason why work ended, for programs: the exit code that a command ends with for it, its name, and one line for people.
public struct FailureReport: Codable, Sendable, Equatable {
    public let code: Int32
    public let category: String
    public let message: String

    init(_ code: Int32, _ category: String, _ message: String) { (self.code, self.category, self.message) = (code, category, message) }

    /// The report of an error that ends a job.
    init(_ error: any Error) {
        switch error {
        case let error as InputError: self.init(error.category.exitCode, error.category.name, error.description)
        case is CancellationError: self = .cancelled
        default: self.init(70, "internal", "\(error)")
        }
    }

    static let cancelled = FailureReport(130, "cancelled", "cancelled")
    /// The worker ends before the job did: the job is to be given to another one.
    static let handedBack = FailureReport(75, "handed_back", "handed back: the worker was ended before the job was done")
}

extension InputError.Category {
    /// Exit code of a command that ends with such an error: sysexits(3).
    public var exitCode: Int32 {
        switch self {
        case .usage: 64
        case .invalid: 65
        case .notFound: 66
        case .unusableModel: 69
        case .outputExists: 73
        case .inputOutput: 74
        }
    }

    /// Name for programs.
    var name: String {
        switch self {
        case .usage: "usage"
        case .invalid: "invalid_input"
        case .notFound: "not_found"
        case .unusableModel: "unusable_model"
        case .outputExists: "output_exists"
        case .inputOutput: "input_output"
        }
    }
}
