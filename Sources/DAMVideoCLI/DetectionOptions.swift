import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import Masks
import ObjectTracking

/// Detections made elsewhere, or a detector, and the detections that count.
struct DetectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Follow these detections: MOTChallenge text, COCO results, Ultralytics labels, CVAT video XML, Label Studio, Grounded-SAM-2, "
            + "labelme, supervision's CSV or JSON, VideoRefer JSON, told apart by their content.", valueName: "path"))
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
        "Find objects with this detector: a directory of RF-DETR, an ONNX file of the YOLO family, or the name of one that damvideo pull "
            + "has fetched.", valueName: "path|name"))
    var detector: String?

    @Option(
        name: .customLong("detect-every"), parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds between the frames the detector looks at, 0 for every frame. Default: \(ObjectSource.defaultDetectionInterval).",
            valueName: "s"))
    var interval: Double?

    @OptionGroup var choice: DetectionChoiceOptions

    @Option(
        name: .customLong("detections-out"),
        help: ArgumentHelp("Write the fate of each detection as JSON Lines: the track it is of, or why it is of none.", valueName: "path"))
    var fates: String?

    func validate() throws {
        guard detections == nil || detector == nil else { throw ValidationError("Give either --detections or --detector.") }
        guard detections != nil || detector != nil || fates == nil && choice.isEmpty else {
            throw ValidationError("--detections-out, --labels and --threshold go with --detections or --detector.")
        }
        guard detections != nil || format == nil && frameOffset == nil && frameStep == nil else {
            throw ValidationError("--detections-format, --detection-frame-offset and --detection-frame-step go with --detections.")
        }
        guard detector != nil || interval == nil else { throw ValidationError("--detect-every goes with --detector.") }
        if let interval, !(0...1e6).contains(interval) { throw ValidationError("detect-every \(interval): expected 0 or more seconds") }
        if let frameStep, frameStep < 1 { throw ValidationError("detection-frame-step \(frameStep): expected 1 or more") }
    }

    /// Detections of one clip; nil if none are given.
    /// - Parameter keepsGoing: leave out what cannot be read.
    func source(keepsGoing: Bool = false) -> ObjectSource? {
        detections.map { path in
            var settings = DetectionSettings()
            (settings.format, settings.frameOffset, settings.frameStep) = (format, frameOffset, frameStep)
            settings.keepsGoing = keepsGoing
            return .detections(path: path, settings: settings, filter: choice.filter)
        }
    }

    /// Path of the detector, which is missed when it is used if it is missing.
    var detectorPath: String? { detector.map { (try? ModelStore().detector($0)) ?? $0 } }

    /// Source of the objects of clips for which none are given.
    var finder: ObjectSource {
        detectorPath.map { .detector(path: $0, interval: interval ?? ObjectSource.defaultDetectionInterval, filter: choice.filter) } ?? .motion
    }

    /// The detector; nil when none is wanted.
    /// - Throws: `InputError` when it cannot be used, or has no such labels.
    func model() throws -> ObjectDetector? { try detector.map(choice.model) }
}

/// The detections that count.
struct DetectionChoiceOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Use detections of these labels alone, each with a least score of its own if it has one: person,car=0.4.", valueName: "label,..."))
    var labels: LabelList?

    @Option(
        name: [.customLong("threshold"), .customLong("min-score")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Leave out detections below this score, of one label if it is named (repeatable).", valueName: "[label=]score"))
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

    /// A detector that has the labels.
    /// - Throws: `InputError` when it cannot be used, or has no such labels.
    func model(_ path: String) throws -> ObjectDetector {
        let model = try ObjectDetector(path: ModelStore.console.detector(path))
        try model.check((labels?.names ?? []) + thresholds.compactMap(\.label))
        return model
    }
}

/// A least score, of all labels or of one.
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

/// Labels with commas between them, some with a score.
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
