import Imaging

/// A machine-readable failure: the exit code of a command that fails this way, the code's name, and a message.
public struct FailureReport: Codable, Sendable, Equatable {
    public let code: Int32
    public let category: String
    public let message: String

    init(_ code: Int32, _ category: String, _ message: String) { (self.code, self.category, self.message) = (code, category, message) }

    /// Reports an error that ended a job.
    init(_ error: any Error) {
        switch error {
        case let error as InputError: self.init(error.category.exitCode, error.category.name, error.description)
        case is CancellationError: self = .cancelled
        default: self.init(70, "internal", "\(error)")
        }
    }

    static let cancelled = FailureReport(130, "cancelled", "cancelled")
    /// The worker ended before the job did, which has to be given to another worker.
    static let handedBack = FailureReport(75, "handed_back", "handed back: the worker was ended before the job was done")
}

extension InputError.Category {
    /// Exit code of a command that ends with this error, as in sysexits(3).
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

    /// Machine-readable name.
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
