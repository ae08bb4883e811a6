import DescribeAnything
import MaskTracking
import Tensors
import Typesetting
import VideoDecoding

/// Anything that ends a call of this library: a kind a program can act on and one line for people.
public struct DAMVideoError: Error, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// A request that makes no sense for these inputs.
        case usage
        /// An input is not what it should be.
        case badInput
        /// An input is not there or may not be read.
        case missingInput
        /// The model's files are missing or not usable.
        case unusableModel
        /// The output is there already.
        case outputExists
        /// The system failed to read or write.
        case inputOutput
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    init(fault: InputFault, _ description: String) {
        let kind: Kind =
            switch fault {
            case .missing: .missingInput
            case .invalid: .badInput
            case .inputOutput: .inputOutput
            }
        self.init(kind, description)
    }

    /// Runs `body` and gives the rooms' own errors their kind; others pass as they are.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as CheckpointError {
            throw DAMVideoError(.unusableModel, error.description)
        } catch let error as VideoError {
            throw DAMVideoError(fault: error.fault, error.description)
        } catch let error as MaskTrackingError where error.reason == .outputExists {
            throw DAMVideoError(.outputExists, error.description)
        } catch let error as MaskTrackingError {
            throw DAMVideoError(fault: error.fault, error.description)
        } catch let error as TypesettingError {
            throw DAMVideoError(error == .noFonts ? .missingInput : .inputOutput, error.description)
        } catch let error as PromptTooLongError {
            throw DAMVideoError(.usage, error.description)
        }
    }
}
