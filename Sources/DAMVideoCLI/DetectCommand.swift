import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import ObjectTracking
import Presentation

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Show what a detector finds in a picture, or on a frame of a clip, as JSON.",
        discussion: "Exit codes: 64 usage; 65 bad input; 66 input missing; 69 detector missing or unusable; 73 output exists; 74 input/output.")

    @Argument(help: "The picture, anything FFmpeg decodes; or with --at a clip.", completion: .file())
    var path: String

    @Option(help: ArgumentHelp(
        "A directory of RF-DETR, an ONNX file of the YOLO family, or the name of one that damvideo pull has fetched.",
        valueName: "path|name"), completion: .file())
    var detector: String

    @Option(name: .customLong("at"), parsing: .unconditional, help: ArgumentHelp("The clip's frame to look at, from 0.", valueName: "frame"))
    var frame: Int?

    @Option(help: ArgumentHelp(
        "SAM 2 or 2.1, to make masks of boxes without one: a path, or the name of one that damvideo pull has fetched.",
        valueName: "path|name"), completion: .file())
    var sam: String?

    @OptionGroup var kind: DetectorKindOptions

    @OptionGroup var choice: DetectionChoiceOptions

    @Option(help: ArgumentHelp("Write the picture with what is found: PNG or JPEG.", valueName: "file"), completion: .file())
    var render: String?

    @Flag(help: "Replace the output when it exists.")
    var overwrite = false

    @Flag(help: "Say nothing on stderr but errors.")
    var quiet = false

    func validate() throws {
        if let frame, frame < 0 { throw ValidationError("at \(frame): expected 0 or more") }
    }

    func run() throws {
        try reportingErrors {
            if let render { try DetectionReport.checkRendering(to: render, overwrites: overwrite) }
            let model = try choice.model(detector, kind.settings)
            let segmentation = try sam.map { try SegmentationModel(path: ModelStore.console.segmentation($0)) }
            if !quiet { model.notes.forEach(Console.notice) }
            let report = try DetectionReport(path, frame: frame, detector: model, segmentation: segmentation, filter: choice.filter)
            try Console.result(json: report)
            if let render { try report.render(to: render, overwrites: overwrite) }
        }
    }
}
