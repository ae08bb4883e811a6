import DescribeAnything
import LanguageModels

/// The tracks whose captions are generated side by side. A track enters by having its frames encoded and its prompt read,
/// while the others wait; then all of them go one token further at a time.
struct TrackBatch {
    private let captioner: TrackCaptioner
    private let answers: GenerationBatch
    private var open: [Int: OpenTrack] = [:]
    private let clock = ContinuousClock()

    /// A track on its way.
    private struct OpenTrack {
        let position: CaptionProgress.TrackPosition
        let promptTokens: Int
        /// Its own work so far, and its share of what was done for several.
        var time: Duration
        var tokens = 0
    }

    /// - Parameter size: tracks there is room for.
    init(_ captioner: TrackCaptioner, size: Int) {
        self.captioner = captioner
        answers = GenerationBatch(captioner.model.generator, size: size)
    }

    var isEmpty: Bool { open.isEmpty }
    var isFull: Bool { answers.isFull }

    /// Encodes a track's frames, reads its prompt and draws the first token.
    /// - Parameters:
    ///   - index: of the track in the plan.
    ///   - prompts: by frame.
    /// - Returns: the track when that was all of its caption.
    /// - Throws: `TrackProblem`, and what `progress` throws.
    mutating func admit(
        _ index: Int, _ prompts: [Int: Result<FocalPrompt, FocalPromptError>], progress: (CaptionProgress) throws -> Void
    ) throws -> [CaptionDocument.Track] {
        let began = clock.now
        let position = captioner.position(of: index)
        let prompt = try captioner.prompt(index, prompts, progress: progress)
        try progress(.prompt(track: position, tokens: prompt.count))
        open[index] = OpenTrack(position: position, promptTokens: prompt.count, time: .zero)
        do {
            let options = captioner.plan.captioning.generation
            if options.numBeams == 1 {
                let growth = try answers.add(prompt, options, id: index)
                spend(clock.now - began, on: index)
                return try take([growth], progress)
            }
            let generation = try captioner.model.generator(prompt.embeddings, options) { _, tokens in
                try progress(.generating([CaptionProgress.Growth(track: position, tokens: tokens)]))
            }
            spend(clock.now - began, on: index)
            return try close(index, generation).map { [$0] } ?? []
        } catch let error as PromptTooLongError {
            open[index] = nil
            throw TrackProblem(code: "prompt_too_long", message: error.description)
        }
    }

    /// Goes one token further.
    /// - Returns: the tracks whose captions ended.
    mutating func step(progress: (CaptionProgress) throws -> Void) throws -> [CaptionDocument.Track] {
        let began = clock.now, growth = answers.step()
        let share = (clock.now - began) / max(1, growth.count)
        for answer in growth { spend(share, on: answer.id) }
        return try take(growth, progress)
    }

    private mutating func spend(_ time: Duration, on index: Int) { open[index]?.time += time }

    private mutating func take(
        _ growth: [GenerationBatch.Growth], _ progress: (CaptionProgress) throws -> Void
    ) throws -> [CaptionDocument.Track] {
        for answer in growth { open[answer.id]?.tokens = answer.tokens }
        try progress(.generating(
            open.sorted { $0.key < $1.key }.map { CaptionProgress.Growth(track: $1.position, tokens: $1.tokens) }))
        return try growth.compactMap { answer in try answer.generation.flatMap { try close(answer.id, $0) } }
    }

    private mutating func close(_ index: Int, _ generation: Generation) throws -> CaptionDocument.Track? {
        guard let track = open.removeValue(forKey: index) else { return nil }
        return try captioner.captioned(index, generation, promptTokens: track.promptTokens, time: track.time)
    }
}
