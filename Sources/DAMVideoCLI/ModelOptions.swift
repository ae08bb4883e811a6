import ArgumentParser
import DAMVideo
import Foundation
import Imaging

extension ModelStore {
    /// The user's models, with notices printed on stderr.
    static var console: ModelStore { ModelStore(notice: { Console.notice($0) }) }
}

/// Options that select the model.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Checkpoint directory in the layout of nvidia/DAM-3B-Video, or the name of a model fetched by damvideo pull. Default: "
                + "the variable DAMVIDEO_MODEL, else the bundled sample model, which understands only the sample scenes.",
            valueName: "dir|name"), completion: .file())
    var model: String?

    /// - Throws: `InputError` of category `unusableModel` if there is none.
    func location() throws -> ModelStore.Location { try ModelStore().model(model) }

    /// Loads the model, with a notice on stderr if it is the bundled one, unless `quiet`.
    func load(quiet: Bool = false) throws -> CaptionModel {
        let location = try ModelStore.console.model(model)
        if location.isSample, !quiet { Console.notice(ModelStore.sampleNotice) }
        return try CaptionModel(directory: location.directory)
    }
}
