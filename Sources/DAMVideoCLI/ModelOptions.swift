import ArgumentParser
import DAMVideo
import Foundation
import Imaging

/// Where the model is.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Checkpoint directory, as nvidia/DAM-3B-Video is published. Default: the variable DAMVIDEO_MODEL, else the "
                + "bundled sample model, which understands only the sample scenes.",
            valueName: "dir"))
    var model: String?

    /// Loads it; on stderr says when it is the bundled one, unless `quiet`.
    func load(quiet: Bool = false) throws -> CaptionModel {
        let variable = ProcessInfo.processInfo.environment["DAMVIDEO_MODEL"] ?? ""
        if let directory = model ?? (variable.isEmpty ? nil : variable) { return try CaptionModel(directory: directory) }
        guard let directory = SampleModel.directory else {
            throw InputError(
                .unusableModel, "no model: expected --model DIR or the variable DAMVIDEO_MODEL (the README says where to "
                    + "get one)")
        }
        if !quiet { Console.notice(SampleModel.notice) }
        return try CaptionModel(directory: directory)
    }
}
