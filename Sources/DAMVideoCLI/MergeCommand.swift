import ArgumentParser
import DAMVideo
import DataPipeline
import Evaluation
import Files
import Foundation
import Imaging

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Merge the results of shards, after checking that none is missing or duplicated.",
        discussion: """
            Captions of shards (--shard) are merged into the output of a single run, apart from "seconds"; captions of clips by \
            shards are checked against the list of clips (--batch-file). Reports of evaluate scenes --json and outputs of \
            evaluate dlc-bench, and records of sdp with their meta files, are recognised by their content.

            Exit codes: 3 something is missing (--keep-going); 64 usage; 65 something is missing, duplicated, unfinished or of another \
            run; 66 input missing; 73 output exists; 74 input/output.
            """)

    @Argument(help: "Output files of all shards, or folders of them.", completion: .file())
    var inputs: [String]

    @Option(
        name: [.customShort("a"), .long],
        help: ArgumentHelp("The clips of the run, as given to caption, - for stdin; captions are written in this "
            + "order.", valueName: "list"),
        completion: .file())
    var batchFile: String?

    @Option(
        help: ArgumentHelp("The benchmark's folder, for outputs of dlc-bench: all of its regions must have captions.", valueName: "folder"),
        completion: .file())
    var benchmark: String?

    @Option(
        name: .shortAndLong, help: "Output: a file, - for stdout, or a folder for files named like the clips.",
        completion: .file())
    var output: String?

    @Option(help: "Output format. Default: that of the inputs.")
    var format: CaptionFormat?

    @Flag(help: "Only check the inputs and report their contents.")
    var check = false

    @Flag(help: "Print the counts of evaluate scenes as JSON.")
    var json = false

    @Flag(help: "Merge what is there if something is missing.")
    var keepGoing = false

    @Flag(help: "Replace existing output.")
    var overwrite = false

    @Flag(help: "Print only errors on stderr.")
    var quiet = false

    func validate() throws {
        guard !inputs.isEmpty else { throw ValidationError("expected output files of shards") }
        guard !check || output == nil else { throw ValidationError("Give either --check or --output.") }
    }

    func run() throws {
        try reportingErrors {
            let files = try ShardInputs(inputs)
            switch files.contents {
            case .captions(let shards): try merge(shards, files)
            case .scenes(let reports): try merge(reports)
            case .outputs(let outputs): try merge(outputs, files)
            case .records: try merge(records: files)
            }
        }
    }

    private func merge(_ shards: [ShardFile], _ files: ShardInputs) throws {
        let clips = try batchFile.map { try ClipList(path: $0).entries.map(\.clip) }
        let merge = try ShardMerge(shards.flatMap(\.pieces), clips: clips, mayMiss: keepGoing)
        for line in merge.missing { Console.notice(line) }
        if !check {
            let format = format ?? (shards.contains { $0.format == .jsonl } ? .jsonl : .json)
            let read = InputFiles(files.paths + [batchFile].compactMap(\.self))
            try MergedOutput(output ?? "-", format: format, overwrites: overwrite).write(merge.merged, inputs: read)
        }
        let documents = merge.merged.map(\.document), failures = documents.reduce(0) { $0 + $1.errors.count { $0.track != nil } }
        if !quiet {
            Console.notice(
                "\(documents.count) clips, \(documents.reduce(0) { $0 + $1.tracks.count }) tracks, \(failures) without a caption; "
                    + (merge.missing.isEmpty ? "nothing is missing or duplicated" : "\(merge.missing.count) things are missing"))
        }
        if !merge.missing.isEmpty { throw ExitCode.someTracksFailed }
    }

    private func merge(_ reports: [(path: String, report: SceneReport)]) throws {
        guard format == nil, batchFile == nil else {
            throw InputError(.usage, "found reports of scenes, expected no --format and --batch-file")
        }
        let report = try SceneReport(merging: reports)
        guard !check else { return }
        guard let output, output != "-" else {
            return try json ? Console.result(json: report) : Console.result(SceneTable.text(report))
        }
        let text = try json ? Console.json(report) : Data(SceneTable.text(report).utf8)
        try InputFiles(reports.map(\.path)).refuse(output)
        try OutputFile.write(text, to: output, replaces: overwrite)
    }

    private func merge(records files: ShardInputs) throws {
        guard format == nil, batchFile == nil else {
            throw InputError(.usage, "found records of sdp, expected no --format and --batch-file")
        }
        var merge = try RecordMerge(files.paths, mayMiss: keepGoing)
        for line in merge.missing { Console.notice(line) }
        if !check {
            if let output, output != "-" { try merge.write(to: output, replaces: overwrite) } else { try Console.result(merge.data) }
        }
        if !quiet {
            let words = merge.missing.isEmpty ? "nothing is missing or duplicated" : "\(merge.missing.count) things are missing"
            Console.notice("\(merge.records.count) regions; \(words)")
        }
        if !merge.missing.isEmpty { throw ExitCode.someTracksFailed }
    }

    private func merge(_ outputs: [DLCOutputs], _ files: ShardInputs) throws {
        guard let benchmark else {
            throw InputError(.usage, "found outputs of dlc-bench, expected --benchmark with the benchmark's folder, to check that no "
                + "region is missing")
        }
        let data = try DLCOutputs.merged(outputs, regions: DLCAnnotations(path: benchmark + "/annotations.json"))
        guard !check else { return }
        guard let output, output != "-" else { return try Console.result(data) }
        try InputFiles(files.paths + [benchmark]).refuse(output)
        try OutputFile.write(data, to: output, replaces: overwrite)
    }
}
