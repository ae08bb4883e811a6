import ArgumentParser
import Evaluation

/// Options of a benchmark's judge: its address and how it is asked.
struct JudgeOptions: ParsableArguments {
    /// Environment variable with the judge's key, unless a file has it.
    private static let keyVariable = "DAMVIDEO_JUDGE_KEY"

    @Option(help: ArgumentHelp(
        "Base URL of the judge, before /chat/completions (OpenAI's API). Default: ask none, and score the "
            + "existing answers.",
        valueName: "base"))
    var judgeURL: String?

    @Option(help: ArgumentHelp("The judge's model name at that URL.", valueName: "name"))
    var judgeModel: String?

    @Option(help: ArgumentHelp(
        "File with the API key. Default: the variable DAMVIDEO_JUDGE_KEY, else none.", valueName: "file"), completion: .file())
    var judgeKeyFile: String?

    @OptionGroup var chat: ChatOptions

    @Flag(help: "Ask no judge: a missing answer is an error.")
    var offline = false

    func validate() throws {
        guard judgeURL == nil || judgeModel != nil else { throw ValidationError("Give --judge-model with --judge-url.") }
        guard judgeURL == nil || !offline else { throw ValidationError("Give either --judge-url or --offline.") }
    }

    /// The judge; nil to ask none.
    /// - Throws: `InputError` for an invalid address, or a key that cannot be read.
    func endpoint() throws -> ChatEndpoint? {
        guard let judgeURL, let judgeModel else { return nil }
        return try chat.endpoint(judgeURL, model: judgeModel, keyFile: judgeKeyFile, variable: Self.keyVariable, role: "judge")
    }
}

/// Options of a judge's prompt, and of which earlier answers are valid.
struct JudgeWordingOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Use the wording of a template: JSON with judge ({caption}, {question}), recognition_one and recognition_many ({name}).",
        valueName: "file"), completion: .file())
    var judgePrompt: String?

    @Option(help: ArgumentHelp("Use the wording of a published judge cache.", valueName: "file"), completion: .file())
    var judgePromptFrom: String?

    @Flag(help: """
        Show the judge the region and its mask with each question, and keep the answers in NAME_eval_gpt.json: a different measure, \
        with higher scores.
        """)
    var judgeSeesImage = false

    @Flag(help: "Match stored answers by position only, as the published program does, even those to another caption.")
    var trustCache = false

    func validate() throws {
        guard judgePrompt == nil || judgePromptFrom == nil else {
            throw ValidationError("Give either --judge-prompt or --judge-prompt-from.")
        }
    }

    var source: DLCJudgement.WordingSource {
        judgePrompt.map { .template($0) } ?? judgePromptFrom.map { .cache($0) } ?? .automatic
    }
}
