import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import Masks
import ObjectTracking

/// Options for given detections or a detector, and for filtering them.
struct DetectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Track these detections: MOTChallenge text, COCO results, Ultralytics labels, CVAT video XML, Label Studio, Grounded-SAM-2, "
            + "labelme, supervision's CSV or JSON, VideoRefer JSON, recognised by their content.", valueName: "path"), completion: .file())
    var detections: String?

    @Option(
        name: .customLong("detections-format"),
        help: ArgumentHelp(
            "Read the detections as \(DetectionFormat.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "format"))
    var format: DetectionFormat?

    @Option(
        name: .customLong("detection-frame-offset"), parsing: .unconditional,
        help: ArgumentHelp("The clip's frame that the detections' first number belongs to.", valueName: "frame"))
    var frameOffset: Int?

    @Option(
        name: .customLong("detection-frame-step"), parsing: .unconditional,
        help: ArgumentHelp("Clip frames from one number of the detections to the next.", valueName: "n"))
    var frameStep: Int?

    @Option(help: ArgumentHelp(
        "Detect objects with this model: a directory of RF-DETR, an ONNX file of the YOLO family, or the name of one that damvideo pull "
            + "has fetched.", valueName: "path|name"), completion: .file())
    var detector: String?

    @Option(
        name: .customLong("detect-every"), parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds between frames for the detector, 0 for every frame. Default: \(DetectorSettings().interval).",
            valueName: "s"))
    var interval: Double?

    @Flag(
        name: .customLong("no-motion-looks"),
        help: ArgumentHelp(
            "Run the detector on whole frames only. Otherwise, if these are more than twice the size of the model's input, it is also "
                + "run on enlarged crops around what moves, which finds small and distant objects but takes longer."))
    var hasNoMotionLooks = false

    @OptionGroup var kind: DetectorKindOptions

    @OptionGroup var choice: DetectionChoiceOptions

    @Option(
        name: .customLong("detections-out"),
        help: ArgumentHelp("Write the outcome of each detection as JSON Lines: its track, or why it has none.", valueName: "path"),
        completion: .file())
    var fates: String?

    var areGiven: Bool { detections != nil || detector != nil }

    func validate() throws {
        guard detections == nil || detector == nil else { throw ValidationError("Give either --detections or --detector.") }
        guard detections != nil || detector != nil || fates == nil && choice.isEmpty else {
            throw ValidationError("--detections-out, --labels and --threshold go with --detections or --detector.")
        }
        guard detections != nil || format == nil && frameOffset == nil && frameStep == nil else {
            throw ValidationError("--detections-format, --detection-frame-offset and --detection-frame-step go with --detections.")
        }
        guard detector != nil || interval == nil else { throw ValidationError("--detect-every goes with --detector.") }
        guard detector != nil || !hasNoMotionLooks else { throw ValidationError("--no-motion-looks goes with --detector.") }
        guard detector != nil || kind.isDefault else {
            throw ValidationError("--detector-weights, --detector-family and --detector-input go with --detector.")
        }
        if let interval, !(0...1e6).contains(interval) { throw ValidationError("detect-every \(interval): expected 0 or more seconds") }
        if let frameStep, frameStep < 1 { throw ValidationError("detection-frame-step \(frameStep): expected 1 or more") }
    }

    /// Detections for one clip; nil if none are given.
    /// - Parameter keepsGoing: true to leave out what cannot be read.
    func source(keepsGoing: Bool = false) -> ObjectSource? {
        detections.map { path in
            var settings = DetectionSettings()
            (settings.format, settings.frameOffset, settings.frameStep) = (format, frameOffset, frameStep)
            settings.keepsGoing = keepsGoing
            return .detections(path: path, settings: settings, filter: choice.filter)
        }
    }

    /// Path of the detector. If it is missing, the error is reported when it is loaded.
    var detectorPath: String? { detector.map { (try? ModelStore().detector($0)) ?? $0 } }

    /// Source of objects for clips without given ones.
    var finder: ObjectSource { detectorPath.map { .detector(path: $0, settings: settings, filter: choice.filter) } ?? .motion }

    private var settings: DetectorSettings {
        var settings = kind.settings
        settings.interval = interval ?? settings.interval
        settings.looksAtMotion = !hasNoMotionLooks
        return settings
    }

    /// The detector; nil if none is requested.
    /// - Throws: `InputError` if it cannot be used, or lacks a requested label.
    func model() throws -> ObjectDetector? { try detector.map { try choice.model($0, settings) } }
}

/// Options for filtering detections.
struct DetectionChoiceOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Use only detections with these labels, each optionally with its own minimum score: person,car=0.4.", valueName: "label,..."))
    var labels: LabelList?

    @Option(
        name: [.customLong("threshold"), .customLong("min-score")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Leave out detections below this score, of all labels or of the named one "
            + "(repeatable).", valueName: "[label=]score"))
    var thresholds: [ScoreThreshold] = []

    var isEmpty: Bool { labels == nil && thresholds.isEmpty }

    var filter: DetectionFilter {
        var scores = labels?.scores ?? [:]
        for threshold in thresholds {
            if let label = threshold.label { scores[label] = threshold.score }
        }
        return DetectionFilter(
            labels: labels.map { Set($0.names) }, leastScore: thresholds.last { $0.label == nil }?.score, leastScores: scores)
    }

    /// Loads a detector and checks that it has the requested labels, and that thresholds are in its range.
    /// - Throws: `InputError` if it cannot be used, or has no such labels or scores.
    func model(_ path: String, _ settings: DetectorSettings) throws -> ObjectDetector {
        let scores = thresholds.map(\.score) + (labels.map { Array($0.scores.values) } ?? [])
        if let score = scores.first(where: { !(0...1).contains($0) }) {
            throw InputError(.usage, "threshold \(score): expected 0 to 1, as a detector's scores are")
        }
        let model = try ObjectDetector(path: ModelStore.console.detector(path), settings: settings)
        try model.check((labels?.names ?? []) + thresholds.compactMap(\.label))
        return model
    }
}

/// A minimum score for all labels or for one.
struct ScoreThreshold: ExpressibleByArgument {
    let label: String?
    let score: Double

    init?(argument: String) {
        let fields = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let score = fields.last.flatMap({ Double($0) }), score.isFinite else { return nil }
        let label = fields.count == 2 ? fields[0].trimmingCharacters(in: .whitespaces) : nil
        guard label != "" else { return nil }
        (self.label, self.score) = (label, score)
    }
}

/// Comma-separated labels, optionally with scores.
struct LabelList: ExpressibleByArgument {
    private(set) var names: [String] = []
    private(set) var scores: [String: Double] = [:]

    init?(argument: String) {
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let fields = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = fields[0].trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty else { return nil }
            names.append(name)
            guard fields.count == 2 else { continue }
            guard let score = Double(fields[1]), score.isFinite else { return nil }
            scores[name] = score
        }
    }
}

extension DetectionFormat: ExpressibleByArgument {}
