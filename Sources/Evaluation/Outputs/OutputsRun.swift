import Files
import Imaging
import Masks

/// Captions the regions of a data set into a file. Each caption is written to a journal next to the file before the next one is
/// made; the file is written at the end of the run, however it ends.
package struct OutputsRun {
    /// Upper bound on the tokens of a service's caption.
    private static let maxTokens = 512

    private let media: OutputsMedia
    private let frames: Int
    private var file: OutputsFile
    private let query: String
    private let path: String

    /// - Parameters:
    ///   - path: file for the captions; an existing one is resumed; `.jsonl` for records.
    ///   - query: the question to the model or service.
    ///   - frames: upper bound on the frames per clip.
    /// - Throws: `InputError` for a file with captions of another query, or that cannot be written.
    package init(_ set: OutputsSet, media: OutputsMedia, outputs path: String, query: String, frames: Int) throws {
        (self.media, self.frames, self.query, self.path) = (media, frames, query, path)
        file = try OutputsFile(path, set: set, query: query)
        try OutputFile.check(path, overwrites: true)
    }

    /// Number of regions without a caption in the file.
    package var missing: Int { file.missing.count }

    /// Regions with an empty caption.
    package var wordless: [String] { file.wordless }

    /// Captions the regions one after another with a function.
    /// - Parameters:
    ///   - model: name of the captioner, for the journal.
    ///   - describe: captions a region in its frames.
    ///   - progress: called before each region with the number done and the total; an error it throws ends the run.
    /// - Throws: `InputError`, and what `describe` and `progress` throw; finished captions are kept.
    package mutating func run(
        model: String, describe: ([(picture: RGBImage, region: Mask)]) throws -> String, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let (media, frames, query) = (media, frames, query)
        try keeping(model) { journal, regions, put in
            for (place, region) in regions.enumerated() {
                try progress(place, regions.count)
                let caption = try describe(media.pictures(of: region, count: frames).map { (picture: $0.picture, region: $0.mask) })
                try journal.add(ChatAnswer(text: caption), to: Self.name(region, query))
                put(region, caption)
            }
        }
    }

    /// Captions the regions with a chat service.
    /// - Parameters:
    ///   - presentation: how the regions are shown to it.
    ///   - progress: called on this thread; an error it throws ends the run.
    /// - Throws: as `run`.
    package mutating func ask(
        _ endpoint: ChatEndpoint, _ presentation: RegionPresentation, settings: ChatRun.Settings,
        progress: (ChatRun.Progress) throws -> Void
    ) throws {
        try settings.validate()
        let (media, frames, words) = (media, frames, query)
        try keeping(endpoint.model) { journal, regions, put in
            let questions = regions.map { region in
                ChatQuestion(
                    name: Self.name(region, words),
                    message: {
                        try presentation.message(media.pictures(of: region, count: frames), words: words, maxTokens: Self.maxTokens)
                    }, isReadable: Self.saysSomething)
            }
            try ChatRun(endpoint, settings: settings).answer(
                questions, journal: journal, take: { put(regions[$0], $1.text) }, progress: progress)
        }
    }

    private static func name(_ region: OutputsRegion, _ query: String) -> AnswerJournal.Question {
        AnswerJournal.Question(key: region.key, place: 0, prompt: query)
    }

    /// True unless an answer is empty. An empty one is accepted only once it was given twice.
    @Sendable private static func saysSomething(_ answer: String) -> Bool { !PythonText.stripped(answer).isEmpty }

    /// Runs `body` with the regions to do, then writes the file. The journal stays until the file is complete.
    private mutating func keeping(
        _ model: String, _ body: (AnswerJournal, [OutputsRegion], (OutputsRegion, String) -> Void) throws -> Void
    ) throws {
        let claim = try OutputClaim(path)
        defer { withExtendedLifetime(claim) {} }
        let journalPath = AnswerJournal.path(of: path), content = try AnswerJournal.content(journalPath)
        if let earlier = content.judge, earlier != model {
            throw InputError(.usage, journalPath, found: "answers of \(earlier)", expected: "\(model)'s, or another --outputs")
        }
        for region in file.missing {
            guard let answers = content.answers[Self.name(region, query)], let last = answers.last?.text else { continue }
            if answers.count > 1 || Self.saysSomething(last) { file.put(PythonText.stripped(last), for: region.key) }
        }
        let regions = file.missing
        guard !regions.isEmpty || content.judge != nil else { return }
        let journal = AnswerJournal(journalPath, judge: model, after: content)
        do {
            try body(journal, regions) { file.put(PythonText.stripped($1), for: $0.key) }
        } catch {
            if file.hasNews { try? file.write() }
            throw error
        }
        try file.write()
        AnswerJournal.remove(journalPath)
    }
}
