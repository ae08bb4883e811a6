import ArgumentParser
import ObjectTracking

/// Options of reading a detector's files and storing them in memory.
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
            "Read an ONNX file's outputs as \(DetectorSettings.families.joined(separator: ", ")). Default: by their shapes.",
            valueName: "family"))
    var family: String?

    @Option(
        name: .customLong("detector-input"),
        help: ArgumentHelp(
            "What an ONNX file takes where it does not tell, or its kind is not usual, such as 640x480,middle,rgb,0-255: size; picture in "
                + "the corner or the middle of a grey field, or stretch; rgb or bgr; 0-1 or 0-255.", valueName: "word,..."))
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
