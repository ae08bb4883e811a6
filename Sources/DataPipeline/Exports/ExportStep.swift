import Evaluation
import Files
import Foundation
import Imaging

/// Writes kept records as training data.
package struct ExportStep {
    private static let step = "export"
    /// First line of a folder's README.
    private static let title = "# Captions of regions"

    let settings: ExportSettings
    let root: MediaRoot

    /// - Throws: `InputError` of category `usage` for invalid settings.
    package init(_ settings: ExportSettings, root: MediaRoot) throws {
        try settings.validate()
        (self.settings, self.root) = (settings, root)
    }

    /// Writes a folder atomically.
    /// - Parameter check: called before each image; an error it throws ends the call.
    /// - Returns: the facts stored next to the folder; counts are of regions by split.
    /// - Throws: `InputError`.
    package func run(_ records: RecordFiles, to folder: String, overwrites: Bool, check: () throws -> Void = {}) throws -> StepResult {
        let files = [settings.prompts].compactMap(\.self)
        let media = try Set((0..<records.count).map { root.path(of: try records.record($0).media) })
        try InputFiles(records.paths + files + media).refuse(folder)
        var meta = StepMeta(
            step: Self.step, options: settings.json, inputs: try records.inputs + files.map { StepMeta.Input(path: $0,
                digest: try ContentDigest.of(file: $0)) },
            shard: nil)
        if let known = try meta.finished(folder, overwrites: overwrites, digest: { try ContentDigest.of(model: folder) }) {
            return StepResult(meta: known, wasThere: true)
        }
        if overwrites { try Self.checkReplaceable(folder) }
        try PendingOutput.check(folder)
        var tally = StepCounts(), kept: [String: [Int]] = [:], makers: Set<String> = []
        for place in 0..<records.count {
            let record = try records.record(place)
            guard record.isKept, let caption = try record.caption, !caption.isEmpty else {
                tally.count("left_out", record.isKept ? "without_caption" : "dropped")
                continue
            }
            let split = settings.split(of: record.media)
            kept[split, default: []].append(place)
            tally.count("regions", split)
            makers.insert(Self.maker(record))
        }
        let output = try PendingOutput(path: folder)
        try output.writing { path in
            try OutputFile.translating(path) {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            for split in settings.splits {
                try write(records, kept[split.name] ?? [], split.name, path, check)
            }
            try OutputFile.write(Data(readme(tally, makers).utf8), to: path + "/README.md", replaces: false)
        }
        try output.commit(replaces: overwrites)
        (meta.counts, meta.records) = (tally.json, kept.values.reduce(0) { $0 + $1.count })
        meta.digest = try ContentDigest.of(model: folder)
        try meta.write(beside: folder)
        return StepResult(meta: meta, wasThere: false)
    }

    /// - Throws: `InputError` of category `outputExists` for a non-empty folder that was not made by an export.
    private static func checkReplaceable(_ folder: String) throws {
        guard let status = FileStatus(folder), status.isFolder, folderNames(folder)?.isEmpty != true else { return }
        // An export interrupted before its meta file was written still has its README.
        let readme = fileContents(folder + "/README.md").map { String(decoding: $0.prefix(title.utf8.count), as: UTF8.self) }
        guard try StepMeta(of: folder)?.step != step, readme != title else { return }
        throw InputError(
            .outputExists, folder, found: "a folder that is no export, with files in it",
            expected: "another place; --overwrite replaces exports alone")
    }

    private func write(_ records: RecordFiles, _ places: [Int], _ split: String, _ folder: String, _ check: () throws -> Void) throws {
        switch settings.format {
        case .jsonl:
            try OutputFile.write("\(folder)/\(split).jsonl", replaces: false) { target in
                let file = try target.open()
                for place in places { try file.write(contentsOf: PythonJSON.line(.object(records.record(place).json))) }
            }
        case .llava:
            let prompts = try ExportPrompts(settings)
            let conversations = try places.flatMap { try LLaVARecords(settings, prompts).conversations(records.record($0)) }
            try OutputFile.write(PythonJSON.data(.array(conversations)), to: "\(folder)/\(split).json", replaces: false)
        case .dam: try DAMDataset(settings, root).write(records, places, to: "\(folder)/\(split)", check)
        case .webdataset: try WebDataset(settings, root).write(records, places, to: "\(folder)/\(split)", check)
        }
    }

    private static func maker(_ record: Record) -> String {
        guard case .object(let maker)? = record.json["captioner"] else { return "unknown" }
        func text(_ key: String) -> String? { if case .string(let text)? = maker[key] { text } else { nil } }
        let kind = text("kind") == "endpoint" ? "by a service" : "by a Describe Anything Model"
        return "`\(text("model") ?? "unknown")`, \(kind)" + (text("note").map { ": \($0)" } ?? "")
    }

    private func readme(_ tally: StepCounts, _ makers: Set<String>) -> String {
        let splits = settings.splits.map { "- \($0.name): \(tally["regions", $0.name]) regions" }
        return ([Self.title, "", "Made by `damvideo sdp export`, format `\(settings.format.rawValue)`.", ""] + splits + [
            "", "Captions were made with these models; the licences of models and of pictures hold for them:", "",
        ] + makers.sorted().map { "- \($0)" }).joined(separator: "\n") + "\n"
    }
}

/// Conversations in LLaVA's format: a question with a placeholder for each image, and a caption.
struct LLaVARecords {
    private let settings: ExportSettings
    private let prompts: ExportPrompts

    init(_ settings: ExportSettings, _ prompts: ExportPrompts) { (self.settings, self.prompts) = (settings, prompts) }

    func conversations(_ record: Record) throws -> [OrderedJSON] {
        let masks = try record.masks()
        return try settings.lengths.compactMap { length in
            guard let answer = try answer(record, length) else { return nil }
            let question = try question(record, length, answer), images = String(repeating: "<image>", count: masks.count)
            var json: OrderedObject = ["id": .string(settings.lengths.count == 1 ? record.id : "\(record.id)#\(length)")]
            switch record.kind {
            case .image: json["image"] = .string(record.media)
            case .video:
                json["video"] = .string(record.media)
                json["frames"] = .array(masks.map { .number($0.frame) })
            }
            json["masks"] = .array(masks.map { mask in
                .object([
                    "size": .array([.number(mask.runs.height), .number(mask.runs.width)]),
                    "counts": .string(String(decoding: mask.runs.counts, as: UTF8.self)),
                ])
            })
            json["conversations"] = .array([
                .object(["from": .string("human"), "value": .string("\(images)\n\(question)")]),
                .object(["from": .string("gpt"), "value": .string(answer)]),
            ])
            return .object(json)
        }
    }

    private func answer(_ record: Record, _ length: String) throws -> String? {
        if length == "detailed" { return try record.caption }
        guard let lengths = try record.value.optional("lengths"), case .string(let text)? = try lengths.optional(length)?.value else {
            throw InputError(.invalid, record.place, found: "no \(length)", expected: "one (damvideo sdp shorten)")
        }
        return text
    }

    /// - Throws: `InputError` for a question that reveals the class when it should not.
    private func question(_ record: Record, _ length: String, _ answer: String) throws -> String {
        let question = prompts.question(record.id, length: length, answer: answer)
        guard let keyword = record.keyword else { return question }
        if settings.labelShare > 0, length != "keyword", ContentDigest.share("label \(record.id)") < settings.labelShare {
            return "\(question) It shows: \(keyword)."
        }
        guard !CaptionText(question).mentions(record.label ?? keyword) else {
            throw InputError(
                .invalid, record.place, found: "the question \"\(question)\", which reveals the class \(record.label ?? keyword)",
                expected: "a question without it, or --label-share")
        }
        return question
    }
}
