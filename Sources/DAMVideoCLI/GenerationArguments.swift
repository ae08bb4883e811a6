import ArgumentParser
import DAMVideo

/// Options of the question and of drawing the answer; defaults are the published tool's.
struct GenerationArguments: ParsableArguments {
    @Option(help: "What to ask, with <image> where frames go (in front when there is none). Default: what the model was trained on.")
    var query: String?

    @Option(parsing: .unconditional, help: "Divide the logits by this before drawing; 0 takes the likeliest token each time.")
    var temperature = 0.2

    @Option(parsing: .unconditional, help: "Draw from the smallest set of likeliest tokens whose probability exceeds this.")
    var topP = 0.5

    @Option(parsing: .unconditional, help: "Draw from this many likeliest tokens.")
    var topK = 50

    @Option(parsing: .unconditional, help: "Follow this many answers side by side (beam search).")
    var numBeams = 1

    @Option(parsing: .unconditional, help: "Tokens of an answer at most.")
    var maxNewTokens = 512

    @Option(parsing: .unconditional, help: "Seed of drawing: equal seeds give equal answers.")
    var seed: UInt64 = 0

    var options: CaptionOptions {
        var options = CaptionOptions(query: query)
        options.generation.temperature = temperature
        options.generation.topP = topP
        options.generation.topK = topK
        options.generation.numBeams = numBeams
        options.generation.maxNewTokens = maxNewTokens
        options.generation.seed = seed
        return options
    }
}
