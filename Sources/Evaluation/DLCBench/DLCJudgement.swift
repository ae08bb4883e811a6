import Files
import Foundation
import Imaging

/// Captions, their judge cache and existing answers, assembled from a user's files.
package struct DLCJudgement: Sendable {
    /// Source of the judge's wording.
    package enum WordingSource: Sendable {
        /// The cache's wording if there is one, otherwise the program's own.
        case automatic
        /// A template file.
        case template(String)
        /// Another judge cache.
        case cache(String)
    }

    package struct Files: Sendable {
        /// Folder with the questions; nil to take them from the cache.
        package var folder: String?
        /// Captions; nil to take them from the cache.
        package var outputs: String?
        /// Judge cache; nil for the one next to the captions.
        package var cache: String?
        package var wording = WordingSource.automatic
        /// True to match stored answers by position only, even if they are about another caption.
        package var trustsCache = false
        /// Caption for regions without one; nil to refuse them.
        package var defaultCaption: String?
        /// True to show the judge the region's image and mask with each question, which is a different measure.
        package var showsPictures = false

        package init() {}

        /// Path of the cache: as in the published program `NAME_eval.json` next to `NAME.json`; `NAME_eval_gpt.json` for a judge
        /// that sees images.
        /// - Throws: `InputError` of category `usage` if it cannot be derived.
        package func cachePath() throws -> String {
            if let cache { return cache }
            guard let outputs else {
                throw InputError(.usage, "found neither captions nor answers, expected --outputs, --cache or both")
            }
            let name = outputs.hasSuffix(".json") ? String(outputs.dropLast(5)) : outputs
            return name + (showsPictures ? "_eval_gpt.json" : "_eval.json")
        }
    }

    package let benchmark: DLCBenchmark
    package let captions: DLCCaptions
    package let cache: DLCCache
    package private(set) var sheet: JudgeSheet
    private let isTrusting: Bool
    private let view: JudgeView?
    /// True if the judge of these answers is shown the regions.
    package let seesPictures: Bool

    package var wording: JudgeWording { sheet.wording }

    /// - Parameter mayBeNew: true if a given cache may be missing, because a judge will be asked.
    /// - Throws: `InputError` for missing or invalid files.
    package init(_ files: Files, mayBeNew: Bool) throws {
        let path = try files.cachePath(), isThere = FileStatus(path) != nil
        if !isThere, files.cache != nil, !mayBeNew { throw InputError(.notFound, "\(path): no such file") }
        cache = try isThere ? DLCCache(path: path) : DLCCache(newAt: path)
        benchmark = try DLCBenchmark(folder: files.folder, cache: cache)
        let outputs = try files.outputs.map { try DLCOutputs(path: $0) }
        captions = try DLCCaptions(benchmark, outputs: outputs, cache: cache, fallback: files.defaultCaption)
        sheet = try JudgeSheet(
            benchmark, captions: captions, wording: Self.wording(files, cache, benchmark), cache: cache,
            trustsCache: files.trustsCache)
        isTrusting = files.trustsCache
        let saw = Self.sawPictures(cache, sheet.wording)
        seesPictures = saw ?? files.showsPictures
        guard !mayBeNew || seesPictures == files.showsPictures else {
            throw InputError(
                .usage, path, found: "answers of a judge that \(seesPictures ? "sees pictures" : "only reads")",
                expected: seesPictures ? "--judge-sees-image, or another --cache" : "another --cache, or no --judge-sees-image")
        }
        view = try mayBeNew && files.showsPictures ? JudgeView(benchmark, folder: files.folder ?? ".") : nil
        sheet.put(try AnswerJournal.content(AnswerJournal.path(of: path)))
    }

    /// True if the judge of a cache saw images, false if not, nil if the cache does not say.
    private static func sawPictures(_ cache: DLCCache, _ wording: JudgeWording) -> Bool? {
        if cache.entries.contains(where: { !$0.isNumbered }) { return true }
        return cache.entries.isEmpty || !wording.isOwn ? nil : wording.name == JudgeWording.ownWithPictures.name
    }

    private static func wording(_ files: Files, _ cache: DLCCache, _ benchmark: DLCBenchmark) throws -> JudgeWording {
        let names = Dictionary(uniqueKeysWithValues: benchmark.regions.compactMap { region in region.name.map { (region.key, $0) } })
        switch files.wording {
        case .template(let path): return try JudgeWording(template: path)
        case .cache(let path): return try JudgeWording(of: DLCCache(path: path), names: names)
        case .automatic:
            if !cache.entries.isEmpty { return try JudgeWording(of: cache, names: names) }
            return files.showsPictures ? .ownWithPictures : .own
        }
    }

    /// Number of stored regions whose answers a new cache would discard.
    private var replaced: Int {
        let regions = Dictionary(uniqueKeysWithValues: sheet.regions.map { ($0.region.key, $0) })
        return isTrusting ? 0 : cache.entries.count { entry in
            regions[entry.key].map { !Set(entry.prompts).isSubset(of: $0.prompts) } ?? false
        }
    }

    /// Asks a judge the open questions and writes the cache, also if the run ends early. Until then the answers are in a journal
    /// next to it.
    /// - Parameters:
    ///   - overwrites: true to discard stored answers to other captions or prompts.
    ///   - progress: called on this thread; an error it throws ends the run.
    /// - Throws: `InputError`, and what `progress` throws.
    package mutating func ask(
        _ endpoint: ChatEndpoint, settings: ChatRun.Settings, overwrites: Bool, progress: (ChatRun.Progress) throws -> Void
    ) throws {
        try settings.validate()
        let journalPath = AnswerJournal.path(of: cache.path), content = try AnswerJournal.content(journalPath)
        if let judge = content.judge, judge != endpoint.model {
            throw InputError(
                .usage, journalPath, found: "answers of \(judge)", expected: "\(endpoint.model)'s, or another --cache")
        }
        guard !sheet.missing.isEmpty || !content.answers.isEmpty else { return }
        let replaced = self.replaced
        guard overwrites || replaced == 0 else {
            throw InputError(
                .outputExists, cache.path, found: "answers about \(replaced) regions to other captions or in other words",
                expected: "another --cache, --trust-cache, or --overwrite to replace them")
        }
        try OutputFile.check(cache.path, overwrites: true)
        let claim = try OutputClaim(cache.path)
        defer { withExtendedLifetime(claim) {} }
        let journal = AnswerJournal(journalPath, judge: endpoint.model, after: content)
        do {
            let missing = sheet.questions(after: content, view: view)
            try ChatRun(endpoint, settings: settings).answer(
                missing.map(\.question), journal: journal, take: { sheet.put($1.text, at: missing[$0].place) }, progress: progress)
        } catch {
            if !sheet.finished.isEmpty { try? writeCache(to: cache.path, replaces: true) }
            throw error
        }
        try writeCache(to: cache.path, replaces: true)
        AnswerJournal.remove(journalPath)
    }

    /// Writes the cache with all regions whose answers are complete.
    package func writeCache(to path: String, replaces: Bool) throws {
        let data = cache.data(sheet.finished, order: benchmark.regions.map(\.key), isComplete: sheet.missing.isEmpty)
        try OutputFile.write(data, to: path, replaces: replaces)
    }

    /// Scores of all regions.
    /// - Throws: `InputError` that names the first unanswered question.
    package func results() throws -> [DLCRegionResult] { try sheet.results(source: cache.path) }
}
