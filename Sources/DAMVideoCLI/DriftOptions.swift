import ArgumentParser
import DAMVideo
import Masks
import ModelTools

/// Inputs to compare two models on.
struct DriftOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Compare both models on a picture (repeatable).", valueName: "file"), completion: .file())
    var image: [String] = []

    @Option(
        help: ArgumentHelp("Mask of each picture, in order (repeatable). Default: their alpha channels.", valueName: "file"),
        completion: .file())
    var mask: [String] = []

    @Option(help: ArgumentHelp("Compare both models on a clip's tracks (repeatable).", valueName: "clip"), completion: .file())
    var clip: [String] = []

    @Option(
        help: ArgumentHelp("Masks of each clip, in order, as for caption (repeatable).", valueName: "path"), completion: .file())
    var masks: [String] = []

    @Option(name: .customLong("track"), help: ArgumentHelp("Compare only on this track of the clips (repeatable).", valueName: "id"))
    var tracks: [TrackID] = []

    @Option(
        help: ArgumentHelp("Compare both models on a golden set's cases, as verify takes it (repeatable).", valueName: "dir"),
        completion: .directory)
    var set: [String] = []

    @Option(parsing: .unconditional, help: "Upper bound on the compared tokens of an answer.")
    var maxNewTokens = 128

    func validate() throws {
        guard mask.isEmpty || mask.count == image.count else {
            throw ValidationError("Found \(image.count) --image and \(mask.count) --mask, expected equal numbers.")
        }
        guard masks.count == clip.count else {
            throw ValidationError("Found \(clip.count) --clip and \(masks.count) --masks, expected equal numbers.")
        }
        guard tracks.isEmpty || !clip.isEmpty else { throw ValidationError("--track needs --clip.") }
        guard maxNewTokens >= 1 else { throw ValidationError("--max-new-tokens \(maxNewTokens): expected 1 or more.") }
    }

    var inputs: [DriftInput] {
        var options = ClipOptions()
        options.tracks = tracks.isEmpty ? nil : tracks
        return image.enumerated().map { DriftInput.picture($1, mask: mask.indices.contains($0) ? mask[$0] : nil) }
            + zip(clip, masks).map { DriftInput.clip(ClipRequest(clip: $0, masks: $1, options: options)) }
            + set.map(DriftInput.goldenSet)
    }

    /// Measures the quantisation error of a checkpoint against its original.
    func measure(_ model: String, against reference: String, quiet: Bool) throws -> DriftReport {
        let measure = try DriftMeasurer(
            reference: CaptionModel(directory: reference), model: CaptionModel(directory: model), maxNewTokens: maxNewTokens)
        return try measure(inputs) { if !quiet { Console.notice("comparing \($0)") } }
    }
}
