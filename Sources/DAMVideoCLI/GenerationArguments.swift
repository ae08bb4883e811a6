import ArgumentParser
import DAMVideo

/// Options of the question and of generation; defaults are those of the published program.
struct GenerationArguments: ParsableArguments {
    @Option(help: "The question, with <image> where frames go (before it if absent). Default: the question the model was trained on.")
    var query: String?

    @Option(parsing: .unconditional, help: "Sampling temperature; 0 always takes the most likely token.")
    var temperature = 0.2

    @Option(parsing: .unconditional, help: "Sample from the smallest set of most likely tokens whose probability exceeds this.")
    var topP = 0.5

    @Option(parsing: .unconditional, help: "Sample from this many most likely tokens.")
    var topK = 50

    @Option(parsing: .unconditional, help: "Number of beams for beam search.")
    var numBeams = 1

    @Option(parsing: .unconditional, help: "Upper bound on an answer's tokens.")
    var maxNewTokens = 512

    @Option(parsing: .unconditional, help: "Random seed: equal seeds give equal answers.")
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
