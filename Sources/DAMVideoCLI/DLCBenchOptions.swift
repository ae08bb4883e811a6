import ArgumentParser
import Evaluation
import Files
import Foundation
import Imaging

/// The judge of a benchmark: where it is and how it is asked.
struct JudgeOptions: ParsableArguments {
    /// Variable with the judge's key, where no file has it.
    private static let keyVariable = "DAMVIDEO_JUDGE_KEY"

    @Option(help: ArgumentHelp(
        "Ask the judge at this address, in front of /chat/completions (OpenAI's interface). Default: ask none, and score the "
            + "answers that are there.",
        valueName: "base"))
    var judgeURL: String?

    @Option(help: ArgumentHelp("The judge's name at that address.", valueName: "name"))
    var judgeModel: String?

    @Option(help: ArgumentHelp(
        "File with the key for that address. Default: the variable DAMVIDEO_JUDGE_KEY, else none.", valueName: "file"))
    var judgeKeyFile: String?

    @Option(help: ArgumentHelp(
        "Ask in the words of a template: JSON with judge ({caption}, {question}), recognition_one and recognition_many ({name}).",
        valueName: "file"))
    var judgePrompt: String?

    @Option(help: ArgumentHelp("Ask in the words of a published judge cache.", valueName: "file"))
    var judgePromptFrom: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Requests at a time.", valueName: "n"))
    var parallel = 8

    @Option(parsing: .unconditional, help: ArgumentHelp("Seconds without a sign of the judge.", valueName: "s"))
    var timeout = 120.0

    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Tries after the first of a request that was refused for now or got no answer: after 1 s, 2 s, 4 s ..., or when the judge says.",
        valueName: "n"))
    var retries = 5

    @Option(parsing: .unconditional, help: ArgumentHelp("Most requests. Default: any number.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Ask no judge: a missing answer is an error.")
    var offline = false

    @Flag(help: "Take stored answers by their place alone, as the published program does, even those to another caption.")
    var trustCache = false

    func validate() throws {
        guard judgeURL == nil || judgeModel != nil else { throw ValidationError("Give --judge-model with --judge-url.") }
        guard judgeURL == nil || !offline else { throw ValidationError("Give either --judge-url or --offline.") }
        guard judgePrompt == nil || judgePromptFrom == nil else {
            throw ValidationError("Give either --judge-prompt or --judge-prompt-from.")
        }
        guard timeout > 0, timeout <= 86400 else { throw ValidationError("--timeout \(timeout): expected more than 0, at most 86400") }
    }

    var wording: DLCJudgement.WordingSource {
        judgePrompt.map { .template($0) } ?? judgePromptFrom.map { .cache($0) } ?? .automatic
    }

    var settings: JudgeRun.Settings {
        var settings = JudgeRun.Settings()
        (settings.parallel, settings.retries, settings.limit) = (parallel, retries, limit)
        return settings
    }

    /// The judge; nil to ask none.
    /// - Throws: `InputError` for an address that is none, or a key that cannot be read.
    func endpoint() throws -> ChatEndpoint? {
        guard let judgeURL, let judgeModel else { return nil }
        try settings.validate()
        return try ChatEndpoint(base: judgeURL, model: judgeModel, key: key(), timeout: timeout, connections: parallel)
    }

    private func key() throws -> String? {
        guard let judgeKeyFile else { return ProcessInfo.processInfo.environment[Self.keyVariable] }
        guard let data = fileContents(judgeKeyFile) else { throw InputError(.notFound, "\(judgeKeyFile): no such file") }
        let key = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty, !key.contains(where: \.isNewline) else {
            throw InputError(.invalid, judgeKeyFile, found: "no key", expected: "one line with the key")
        }
        return key
    }
}
