import ArgumentParser
import DAMVideo
import Foundation
import Imaging
import ObjectTracking
import Presentation

struct DetectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Print the objects that a detector finds in a picture or a frame of a clip, as JSON.",
        discussion: "Exit codes: 64 usage; 65 bad input; 66 input missing; 69 detector missing or unusable; 73 output exists; "
            + "74 input/output.")

    @Argument(help: "The picture, in any format FFmpeg decodes; with --at, a clip.", completion: .file())
    var path: String

    @Option(help: ArgumentHelp(
        "A directory of RF-DETR, an ONNX file of the YOLO family, or the name of a model fetched by damvideo pull.",
        valueName: "path|name"), completion: .file())
    var detector: String

    @Option(name: .customLong("at"), parsing: .unconditional, help: ArgumentHelp("Frame of the clip, from 0.", valueName: "frame"))
    var frame: Int?

    @Option(help: ArgumentHelp(
        "SAM 2 or 2.1, which makes masks from boxes: a path, or the name of a model fetched by damvideo pull.",
        valueName: "path|name"), completion: .file())
    var sam: String?

    @OptionGroup var kind: DetectorKindOptions

    @OptionGroup var choice: DetectionChoiceOptions

    @Option(help: ArgumentHelp("Write the picture with the detected objects drawn: PNG or JPEG.", valueName: "file"), completion: .file())
    var render: String?

    @Flag(help: "Replace existing output.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
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
