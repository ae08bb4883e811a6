import ArgumentParser
import ObjectTracking

/// Options for reading a detector's files and for its weights in memory.
struct DetectorKindOptions: ParsableArguments {
    @Option(
        name: .customLong("detector-weights"),
        help: ArgumentHelp(
            "Round RF-DETR's largest weights to \(DetectorSettings.weightFormats.dropFirst().joined(separator: ", ")) for speed; f32 "
                + "changes nothing.", valueName: "format"))
    var weights = DetectorSettings().weights

    @Option(
        name: .customLong("detector-family"),
        help: ArgumentHelp(
            "Interpret an ONNX file's outputs as \(DetectorSettings.families.joined(separator: ", ")). Default: by their shapes.",
            valueName: "family"))
    var family: String?

    @Option(
        name: .customLong("detector-input"),
        help: ArgumentHelp(
            "Input of an ONNX file that does not state it or is unusual, such as 640x480,middle,rgb,0-255: size; picture in "
                + "the corner or middle of grey padding, or stretched; rgb or bgr; 0-1 or 0-255.", valueName: "word,..."))
    var input: String?

    var isDefault: Bool { settings == DetectorSettings() }

    var settings: DetectorSettings {
        var settings = DetectorSettings()
        (settings.weights, settings.family, settings.input) = (weights, family, input)
        return settings
    }

    func validate() throws {
        guard DetectorSettings.weightFormats.contains(weights) else {
            throw ValidationError("detector-weights \(weights): expected one of \(DetectorSettings.weightFormats.joined(separator: ", ")).")
        }
    }
}
