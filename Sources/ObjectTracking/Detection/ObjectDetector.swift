import Detectors
import Imaging

/// A loaded detector, which finds and names objects in pictures. Immutable: one serves any number of pictures and clips.
public struct ObjectDetector: Sendable {
    package let detector: any PictureDetector
    /// As it was given.
    public let path: String

    /// Names of the classes, by their number.
    public var labels: [String] { detector.labels }

    /// Readings of its files where others were possible, a line each.
    public var notes: [String] { detector.notes }

    /// Opens a directory as RF-DETR is published, or an ONNX file of the YOLO family. Its tensors are not changed.
    /// - Throws: `InputError` of category `unusableModel` with the file at fault, what was found and what was expected; `usage` for
    ///   settings that it cannot have.
    public init(path: String, settings: DetectorSettings = DetectorSettings()) throws {
        self.path = path
        guard let format = PictureDetectors.formats.first(where: { $0.rawValue.lowercased() == settings.weights }) else {
            throw InputError(
                .usage, "detector-weights \(settings.weights): expected one of \(DetectorSettings.weightFormats.joined(separator: ", "))")
        }
        detector = try InputError.translating {
            try PictureDetectors.open(path, format: format, family: settings.family, input: settings.input)
        }
    }

    /// Checks that the model knows labels.
    /// - Parameter labels: in upper or lower case.
    /// - Throws: `InputError` of category `usage` that lists those it has.
    public func check(_ labels: some Sequence<String>) throws {
        let known = Set(detector.labels.map { $0.lowercased() })
        guard let other = labels.first(where: { !known.contains($0.lowercased()) }) else { return }
        let all = detector.labels
        throw InputError(
            .usage, "\(path): found no label \(other), expected " + all.prefix(12).joined(separator: ", ")
                + (all.count > 12 ? ", ... (\(all.count) in all)" : ""))
    }
}
