import Files
import Imaging
import Masks

/// Captions the regions of a set into a file. Each caption is in a journal beside the file before the next is made; the file is
/// written at the end of the run, however it ends.
package struct OutputsRun {
    /// Most tokens of a service's caption.
    private static let maxTokens = 512

    private let media: OutputsMedia
    private let frames: Int
    private var file: OutputsFile
    private let query: String
    private let path: String

    /// - Parameters:
    ///   - path: file for the captions, new or begun; `.jsonl` for records.
    ///   - query: the model's question, or the words of a message to a service.
    ///   - frames: most frames of a clip.
    /// - Throws: `InputError` for a file that has captions of another query, or cannot be written.
    package init(_ set: OutputsSet, media: OutputsMedia, outputs path: String, query: String, frames: Int) throws {
        (self.media, self.frames, self.query, self.path) = (media, frames, query, path)
        file = try OutputsFile(path, set: set, query: query)
        try OutputFile.check(path, overwrites: true)
    }

    /// Regions without a caption in the file.
    package var missing: Int { file.missing.count }

    /// Regions that are described with no word.
    package var wordless: [String] { file.wordless }

    /// Captions with a function, one region after the other.
    /// - Parameters:
    ///   - model: name of what makes them, in the journal.
    ///   - describe: makes a caption of a region in its frames.
    ///   - progress: called before each region with the number of those done and of all; what it throws ends the run.
    /// - Throws: `InputError`, and what `describe` and `progress` throw; captions so far are kept.
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

    /// Lets a service caption.
    /// - Parameters:
    ///   - presentation: how it is shown the regions.
    ///   - progress: called on this thread; what it throws ends the run.
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

    /// An empty answer counts once it was given twice.
    @Sendable private static func saysSomething(_ answer: String) -> Bool { !PythonText.stripped(answer).isEmpty }

    /// Runs `body` with what is missing, and writes the file afterwards. The journal stays until the file has all.
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
