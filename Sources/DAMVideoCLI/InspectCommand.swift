import ArgumentParser
import DAMVideo
import Detectors
import Foundation
import Imaging
import ModelTools
import Tensors

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract:
            "Show the contents of a checkpoint or a detector's ONNX file: configuration, sizes, dtypes, missing and unused tensors.",
        discussion: "Exit code 69: the checkpoint cannot be used.")

    @Argument(
        help: ArgumentHelp("Checkpoint directory of DAM, SAM 2 or RF-DETR, a .pt file of SAM 2, an ONNX file, or the name of a model "
            + "fetched by damvideo pull."),
        completion: .file())
    var path: String

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() throws {
        try reportingErrors {
            let path = try ModelStore.console.anyModel(path)
            guard !PictureDetectors.isDetector(path) else { return try showDetector(path) }
            let report = try InputError.translating { try CheckpointInspection(path: path) }
            if json { try Console.result(json: report) } else { try Console.result(text(report)) }
            try refuse(report.problems)
        }
    }

    private func showDetector(_ path: String) throws {
        let report = try InputError.translating { try DetectorInspection(path) }
        if json { try Console.result(json: report) } else { try Console.result(DetectorInspectionText.text(report)) }
        try refuse(report.problems)
    }

    private func refuse(_ problems: [String]) throws {
        guard let problem = problems.first else { return }
        let more = problems.count - 1
        throw InputError(.unusableModel, problem + (more > 0 ? " (and \(more) more problems)" : ""))
    }

    private func text(_ report: CheckpointInspection) -> String {
        let table = TextTable(indentation: 2, columns: [.left(18)])
        var lines = [report.path] + report.configuration.map { table.row($0.name, $0.value) }
        for part in report.parts {
            let types = part.dataTypes.keys.sorted().joined(separator: " + ")
            lines.append(table.row(
                part.name, "\(part.tensors) tensors in \(part.files) file\(part.files == 1 ? "" : "s"), "
                    + "\(part.parameters) parameters, \(part.bytes) bytes, \(types)"))
        }
        let total = report.parts.reduce((0, 0)) { ($0.0 + $1.parameters, $0.1 + $1.bytes) }
        lines.append(table.row("total", "\(total.0) parameters, \(total.1) bytes"))
        lines += report.problems.isEmpty ? ["  no tensor missing or left over"] : report.problems.map { "  problem: \($0)" }
        return PlainText.report(lines)
    }
}
