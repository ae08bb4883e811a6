import ArgumentParser
import Foundation
import Imaging
import Masks
import ObjectTracking

/// Detections made elsewhere, and which of them count.
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
        "Use detections of these labels alone, each with a least score of its own if it has one: person,car=0.4.", valueName: "label,..."))
    var labels: LabelList?

    @Option(parsing: .unconditional, help: ArgumentHelp("Leave out detections below this score.", valueName: "score"))
    var minScore: Double?

    @Option(
        name: .customLong("detections-out"),
        help: ArgumentHelp("Write the fate of each detection as JSON Lines: the track it is of, or why it is of none.", valueName: "path"))
    var fates: String?

    func validate() throws {
        guard detections != nil || fates == nil else { throw ValidationError("--detections-out goes with --detections.") }
        let others = format != nil || frameOffset != nil || frameStep != nil || labels != nil || minScore != nil
        guard detections != nil || !others else {
            throw ValidationError("--detections-format, --detection-frame-offset, --detection-frame-step, --labels and --min-score go with --detections.")
        }
        if let frameStep, frameStep < 1 { throw ValidationError("detection-frame-step \(frameStep): expected 1 or more") }
    }

    /// The source of a clip's objects; nil without detections.
    /// - Parameter keepsGoing: leave out what cannot be read.
    func source(keepsGoing: Bool = false) -> ObjectSource? {
        detections.map { path in
            var settings = DetectionSettings()
            (settings.format, settings.frameOffset, settings.frameStep) = (format, frameOffset, frameStep)
            settings.keepsGoing = keepsGoing
            return .detections(
                path: path, settings: settings,
                filter: DetectionFilter(labels: labels.map { Set($0.names) }, leastScore: minScore, leastScores: labels?.scores ?? [:]))
        }
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
