import ArgumentParser
import DAMVideo
import Foundation

/// Where the model is.
struct ModelOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Checkpoint directory, as nvidia/DAM-3B-Video is published. Default: the variable DAMVIDEO_MODEL.",
            valueName: "dir"))
    var model: String?

    func load() throws -> CaptionModel {
        let variable = ProcessInfo.processInfo.environment["DAMVIDEO_MODEL"] ?? ""
        guard let directory = model ?? (variable.isEmpty ? nil : variable) else {
            throw DAMVideoError(
                .unusableModel, "no model: expected --model DIR or the variable DAMVIDEO_MODEL (the README says where to "
                    + "get one)")
        }
        return try CaptionModel(directory: directory)
    }
}
