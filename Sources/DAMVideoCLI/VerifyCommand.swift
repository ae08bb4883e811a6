import ArgumentParser
import DAMVideo
import Foundation
import ModelTools

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute golden sets and compare with the published model's results.",
        discussion: "A set is a folder with model/, media/, expected.json and expected.safetensors. Exit code 1: a tolerance was exceeded.")

    @Argument(help: "Golden sets.", completion: .file())
    var directories: [String]

    @Option(help: ArgumentHelp(
        "The model, if the sets do not include it: a checkpoint directory, or the name of a model fetched by damvideo pull.",
        valueName: "dir|name"), completion: .file())
    var model: String?

    @Flag(help: "Print the comparisons as JSON.")
    var json = false

    func run() throws {
        try reportingErrors {
            let model = try model.map { try ModelStore.console.checkpoint($0) }
            let reports = try directories.map { directory in
                let report = try Verifier.verify(directory, model: model) { if !json { try? Console.result(line($0, directory)) } }
                if !json { try Console.result(summary(report)) }
                return report
            }
            if json { try Console.result(json: reports) }
            let missed = reports.reduce(0) { $0 + $1.count(.missed) }
            guard reports.allSatisfy(\.passed) else {
                Console.notice("error: found \(missed) comparisons beyond tolerance, expected none")
                throw ExitCode(1)
            }
        }
    }

    private func line(_ check: VerificationReport.Check, _ directory: String) -> String {
        let outcome = switch check.outcome {
        case .passed: "ok"
        case .missed: "MISSED"
        case .skipped: "skipped"
        }
        var detail = check.detail
        if let difference = check.difference, let bar = check.bar {
            detail = String(format: "%.2e (bar %.0e)", difference, bar)
        }
        let subject = "\(check.name) \(check.subject)".padding(toLength: 40, withPad: " ", startingAt: 0)
        return "\(URL(filePath: directory).lastPathComponent) \(subject) "
            + "\(outcome.padding(toLength: 8, withPad: " ", startingAt: 0)) \(detail)\n"
    }

    private func summary(_ report: VerificationReport) -> String {
        "\(report.set): \(report.count(.passed)) met, \(report.count(.missed)) missed, \(report.count(.skipped)) skipped\n"
    }
}
