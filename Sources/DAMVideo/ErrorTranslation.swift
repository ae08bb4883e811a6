import Imaging
import LanguageModels
import MaskTracking
import Media
import Tensors
import Typesetting

extension InputError {
    init(fault: InputFault, _ description: String) {
        let category: Category =
            switch fault {
            case .missing: .notFound
            case .invalid: .invalid
            case .inputOutput: .inputOutput
            }
        self.init(category, description)
    }

    /// Runs `body` and gives the errors of other targets their category; others pass as they are.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as CheckpointError {
            throw InputError(.unusableModel, error.description)
        } catch let error as VideoError {
            throw InputError(fault: error.fault, error.description)
        } catch let error as MaskTrackingError where error.reason == .outputExists {
            throw InputError(.outputExists, error.description)
        } catch let error as MaskTrackingError {
            throw InputError(fault: error.fault, error.description)
        } catch let error as TypesettingError {
            throw InputError(error == .noFonts ? .notFound : .inputOutput, error.description)
        } catch let error as PromptTooLongError {
            throw InputError(.usage, error.description)
        }
    }
}
