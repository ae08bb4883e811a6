import ArgumentParser
import DAMVideo
import Foundation
import Imaging

extension ModelStore {
    /// The user's models, with notices about them on stderr.
    static var console: ModelStore { ModelStore(notice: { Console.notice($0) }) }
}

/// Options that name the model.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Checkpoint directory, as nvidia/DAM-3B-Video is published, or the name of one that damvideo pull has fetched. Default: "
                + "the variable DAMVIDEO_MODEL, else the bundled sample model, which understands only the sample scenes.",
            valueName: "dir|name"), completion: .file())
    var model: String?

    /// - Throws: `InputError` of category `unusableModel` when there is none.
    func location() throws -> ModelStore.Location { try ModelStore().model(model) }

    /// Loads it; says on stderr when it is the bundled one, unless `quiet`.
    func load(quiet: Bool = false) throws -> CaptionModel {
        let location = try ModelStore.console.model(model)
        if location.isSample, !quiet { Console.notice(ModelStore.sampleNotice) }
        return try CaptionModel(directory: location.directory)
    }
}
