import Evaluation
import Files
import Imaging

/// Adds scores of captions to records. Text scores are always added; a run adds at most one score that needs a model, and scoring
/// the output again adds another.
package struct ScoreStep {
    static let keys: Set<String> = ["scores", "text_rules"]

    /// A score that needs more than the text.
    package enum Addition {
        case none
        /// `margin`.
        case margin(RegionModel, MediaRoot)
        /// `siglip`.
        case similarity(SimilarityModel, MediaRoot)
        /// `verdict`.
        case verdict(VerdictJudge)
    }

    private let figures: TextFigures
    private let addition: Addition
    private let synonyms: String?

    package init(synonyms: String?, _ addition: Addition) throws {
        (figures, self.addition, self.synonyms) = (try TextFigures(synonyms: synonyms), addition, synonyms)
    }

    /// - Parameter told: called with the events of a judge's run.
    package func run(
        _ records: RecordFiles, _ target: StepTarget, progress told: (ChatRun.Progress) throws -> Void = { _ in }
    ) throws -> StepResult {
        var step = StepRun(step: "score", options: [:], keys: Self.keys)
        step.files = [synonyms].compactMap(\.self)
        switch addition {
        case .none: return try step(records, target) { try figures.scored($0) }
        case .margin(let model, let root):
            step = StepRun(step: "score", options: ["margin": .object([
                "model_sha256": .string(try ContentDigest.of(model: model.model.path)), "hint": model.hint.map { .string($0) } ?? .null,
                "rivals": .number(MarginFigures.rivals),
            ])], keys: Self.keys, savesEach: true, files: step.files)
            let margin = MarginFigures(model: model, media: RegionMedia(root: root))
            return try step(records, target) { try add(margin, records, $0, $1, $2) }
        case .similarity(let model, let root):
            step = StepRun(
                step: "score", options: ["siglip": .object(["model_sha256": .string(model.digest)])], keys: Self.keys, savesEach: true,
                files: step.files)
            return try step(records, target) { try add(model, RegionMedia(root: root), records, $0, $1, $2) }
        case .verdict(let judge):
            step = StepRun(step: "score", options: ["verdict": .object(judge.identity)], keys: Self.keys, savesEach: true,
                files: step.files)
            return try step(records, target) { places, output, progress in
                try judge.ask(records, places, output: target.path, progress: { try told($0); try progress.check() }) { place, verdict in
                    var record = try figures.scored(records.record(place))
                    switch verdict {
                    // A caption without a usable verdict has a null one, so that it is counted.
                    case .success(let isTrue): record.set("scores", "verdict", isTrue.map { .bool($0) } ?? .null)
                    case .failure(let error):
                        output.fail(record.id, error)
                        return progress.advance(failed: true)
                    }
                    try output.put(record)
                    progress.advance()
                }
            }
        }
    }

    private func add(_ margin: MarginFigures, _ records: RecordFiles, _ open: [Int], _ output: StepOutput,
        _ progress: StepProgress) throws {
        let wanted = Set(open)
        // All regions of an image, including those of an earlier run, so that a score does not depend on where that run was
        // interrupted.
        for group in records.groups(of: 0..<records.count) where !wanted.isDisjoint(with: group) {
            let results = try margin.figures(group.map(records.record)) { try progress.check() }
            for (place, result) in zip(group, results) where wanted.contains(place) {
                var record = try figures.scored(records.record(place))
                switch result {
                case .success(let found):
                    if let own = found.own {
                        if record.figure("mean_logprob") == nil { record.add(figures: ["mean_logprob": Caption.rounded(own)]) }
                        if let other = found.other { record.add(figures: ["margin": Caption.rounded(own - other)]) }
                    }
                    try output.put(record)
                    progress.advance()
                case .failure(let error):
                    output.fail(record.id, error)
                    progress.advance(failed: true)
                }
            }
        }
    }

    private func add(
        _ model: SimilarityModel, _ media: RegionMedia, _ records: RecordFiles, _ open: [Int], _ output: StepOutput,
        _ progress: StepProgress
    ) throws {
        for place in open {
            try progress.check()
            var record = try figures.scored(records.record(place))
            do {
                if let similarity = try model.similarity(of: record, media) {
                    record.add(figures: [
                        "siglip": Caption.rounded(similarity.cosine), "siglip_probability": Caption.rounded(similarity.probability),
                    ])
                }
                try output.put(record)
                progress.advance()
            } catch let error as InputError {
                output.fail(record.id, error)
                progress.advance(failed: true)
            }
        }
    }
}
