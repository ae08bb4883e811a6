import ArgumentParser
import DataPipeline
import Evaluation
import Files
import Imaging

struct SDPExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the kept records as training data.",
        discussion: """
            Formats: jsonl (the records), llava (conversations with masks), dam (the layout of the data set published with DAM), \
            webdataset (tar files). All regions of a picture are in the same split.
            """)

    @Argument(help: "Records.")
    var records: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder for the data.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("Format: jsonl, llava, dam or webdataset.", valueName: "format"))
    var format = ExportFormat.jsonl

    @OptionGroup var root: SDPMediaOptions

    @Option(help: ArgumentHelp("Shares of the pictures and clips, such as train=0.95,val=0.05.", valueName: "shares"))
    var splits = "train=1"

    @Option(help: ArgumentHelp("Caption lengths to use for conversations: detailed, sentence, phrase, keyword.", valueName: "names"))
    var lengths = "detailed"

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Share of the conversations that tell the class. The paper's captioner for unlabelled pictures: 0.5.", valueName: "share"))
    var labelShare = 0.0

    @Flag(help: "Vary the wording of questions; two fifths ask for a number of sentences or words.")
    var varyPrompts = false

    @Option(help: ArgumentHelp("Questions: JSON with a list by length.", valueName: "file"))
    var prompts: String?

    @Option(help: ArgumentHelp("Maximum size of a tar file, such as 500MB or 1GB.", valueName: "size"))
    var shardSize = "1GB"

    @Flag(help: "Replace an existing folder.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        _ = try (shares(), bytes())
    }

    func run() throws {
        try reportingErrors {
            var settings = ExportSettings()
            (settings.format, settings.splits, settings.labelShare) = (format, try shares(), labelShare)
            settings.lengths = lengths.split(separator: ",").map(String.init)
            (settings.variesPrompts, settings.prompts, settings.shardSize) = (varyPrompts, prompts, try bytes())
            let stop = StopRequest()
            let step = try ExportStep(settings, root: MediaRoot(root.mediaRoot))
            let result = try step.run(RecordFiles(records), to: output, overwrites: overwrite) { try stop.check() }
            stop.finish()
            try SDPOutcome.tell(result, output, quiet: quiet)
        }
    }

    private func shares() throws -> [(name: String, share: Double)] {
        try splits.split(separator: ",").map { part in
            let fields = part.split(separator: "=")
            guard fields.count == 2, let share = Double(fields[1]) else {
                throw ValidationError("--splits \(splits): expected names and shares, such as train=0.95,val=0.05")
            }
            return (String(fields[0]), share)
        }
    }

    private static let largestShard = 1e15

    private func bytes() throws -> Int {
        let units = ["KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000]
        let unit = units.first { shardSize.uppercased().hasSuffix($0.key) }
        let number = Double(shardSize.dropLast(unit == nil ? 0 : 2)) ?? 0, bytes = (number * Double(unit?.value ?? 1)).rounded()
        guard bytes >= 1, bytes <= Self.largestShard, let size = Int(exactly: bytes) else {
            throw ValidationError("--shard-size \(shardSize): expected bytes up to a petabyte, such as 500MB")
        }
        return size
    }
}

extension ExportFormat: ExpressibleByArgument {}

struct SDPReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report what the steps read and dropped, the records' scores, and example records.",
        discussion: "Give the files of the steps in their order; shards of a step as one pattern. Scores are those of the last.")

    @Argument(help: "Files of the steps.")
    var files: [String]

    @Option(name: .shortAndLong, help: ArgumentHelp("The report: one HTML file.", valueName: "file"))
    var output: String?

    @OptionGroup var root: SDPMediaOptions

    @Option(help: ArgumentHelp("Score by which the galleries are sorted.", valueName: "name"))
    var by: String?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "Replace an existing report.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Give at least one file.") }
        guard output != nil || json else { throw ValidationError("Give --output, --json or both.") }
    }

    func run() throws {
        try reportingErrors {
            let report = try PipelineReport(files)
            if json { try Console.result(PythonJSON.data(.object(report.json))); try Console.result("\n") }
            guard let output else { return }
            let result = try PipelinePage(report, root: MediaRoot(root.mediaRoot), order: by).write(to: output, replaces: overwrite)
            try SDPOutcome.tell(result, output, quiet: quiet)
        }
    }
}
