import ArgumentParser
import DAMVideo
import Foundation
import Imaging

/// Options that name the model.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Checkpoint directory, as nvidia/DAM-3B-Video is published. Default: the variable DAMVIDEO_MODEL, else the "
                + "bundled sample model, which understands only the sample scenes.",
            valueName: "dir"))
    var model: String?

    /// - Throws: `InputError` of category `unusableModel` when there is none.
    func location() throws -> ModelStore.Location { try ModelStore().model(model) }

    /// Loads it; says on stderr when it is the bundled one, unless `quiet`.
    func load(quiet: Bool = false) throws -> CaptionModel {
        let location = try location()
        if location.isSample, !quiet { Console.notice(ModelStore.sampleNotice) }
        return try CaptionModel(directory: location.directory)
    }
}
