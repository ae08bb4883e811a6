import Detectors
import Imaging

/// A loaded detector, which finds named objects in images. Immutable, so one instance serves any number of images and clips.
public struct ObjectDetector: Sendable {
    package let detector: any PictureDetector
    /// As given.
    public let path: String

    /// Class names by number.
    public var labels: [String] { detector.labels }

    /// Notes on how the files were read where other readings were possible, one line each.
    public var notes: [String] { detector.notes }

    /// Opens an RF-DETR directory in the published layout, or an ONNX file of the YOLO family. The files are not modified.
    /// - Throws: `InputError` of category `unusableModel` with the file, what was found and what was expected; `usage` for
    ///   settings that do not apply.
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

    /// Checks that the model has the given labels.
    /// - Parameter labels: case-insensitive.
    /// - Throws: `InputError` of category `usage` that lists the model's labels.
    public func check(_ labels: some Sequence<String>) throws {
        let known = Set(detector.labels.map { $0.lowercased() })
        guard let other = labels.first(where: { !known.contains($0.lowercased()) }) else { return }
        let all = detector.labels
        throw InputError(
            .usage, "\(path): found no label \(other), expected " + all.prefix(12).joined(separator: ", ")
                + (all.count > 12 ? ", ... (\(all.count) in all)" : ""))
    }
}
