import ArgumentParser
import Evaluation

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
        "File with the key for that address. Default: the variable DAMVIDEO_JUDGE_KEY, else none.", valueName: "file"), completion: .file())
    var judgeKeyFile: String?

    @OptionGroup var chat: ChatOptions

    @Flag(help: "Ask no judge: a missing answer is an error.")
    var offline = false

    func validate() throws {
        guard judgeURL == nil || judgeModel != nil else { throw ValidationError("Give --judge-model with --judge-url.") }
        guard judgeURL == nil || !offline else { throw ValidationError("Give either --judge-url or --offline.") }
    }

    /// The judge; nil to ask none.
    /// - Throws: `InputError` for an address that is none, or a key that cannot be read.
    func endpoint() throws -> ChatEndpoint? {
        guard let judgeURL, let judgeModel else { return nil }
        return try chat.endpoint(judgeURL, model: judgeModel, keyFile: judgeKeyFile, variable: Self.keyVariable, role: "judge")
    }
}

/// The words a judge is asked with, and which of its earlier answers count.
struct JudgeWordingOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Ask in the words of a template: JSON with judge ({caption}, {question}), recognition_one and recognition_many ({name}).",
        valueName: "file"), completion: .file())
    var judgePrompt: String?

    @Option(help: ArgumentHelp("Ask in the words of a published judge cache.", valueName: "file"), completion: .file())
    var judgePromptFrom: String?

    @Flag(help: """
        Show the judge the region and its mask with each question, and keep the answers in NAME_eval_gpt.json: another measure, \
        with higher figures.
        """)
    var judgeSeesImage = false

    @Flag(help: "Take stored answers by their place alone, as the published program does, even those to another caption.")
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
