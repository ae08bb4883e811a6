import Evaluation
import Files
import Imaging
import LanguageModels

/// Captions regions with a Describe Anything Model.
package struct CaptionStep {
    /// Record keys that captioning sets.
    static let keys: Set<String> = ["captions", "captioner"]

    let model: RegionModel
    let media: RegionMedia
    private let settings: Settings
    private let identity: CaptionerIdentity

    package struct Settings: Sendable {
        /// Captions per region; the first is decoded greedily.
        package var samples = 1
        /// Sampling temperature of the others.
        package var temperature = 0.7
        package var maxNewTokens = 512
        /// Licence of the captions, or other remarks.
        package var note: String?

        package init() {}

        /// - Throws: `InputError` of category `usage` for a value out of range.
        package func validate() throws {
            guard (1...64).contains(samples) else { throw InputError(.usage, "--samples \(samples): expected 1 to 64") }
            guard temperature > 0, temperature <= 10 else {
                throw InputError(.usage, "--temperature \(temperature): expected more than 0, at most 10")
            }
        }
    }

    /// - Parameter root: folder of the images and clips.
    package init(_ model: RegionModel, root: MediaRoot, settings: Settings) throws {
        try settings.validate()
        (self.model, media, self.settings) = (model, RegionMedia(root: root), settings)
        let path = model.model.path
        identity = CaptionerIdentity([
            "kind": .string("dam"), "model": .string(path.split(separator: "/").last.map(String.init) ?? path),
            "model_sha256": .string(try ContentDigest.of(model: path)), "hint": model.hint.map { .string($0) } ?? .null,
            "samples": .number(settings.samples), "temperature": .number(settings.temperature),
            "max_new_tokens": .number(settings.maxNewTokens),
        ], note: settings.note)
    }

    /// - Throws: `InputError`, and what the target's `check` throws; finished captions are kept.
    package func run(_ records: RecordFiles, _ target: StepTarget) throws -> StepResult {
        let step = StepRun(step: "caption", options: ["captioner": .object(identity.json)], keys: Self.keys, savesEach: true)
        return try step(records, target) { places, output, progress in
            var open: [(record: Record, reading: PromptReading)] = []
            func finish() throws {
                let requests = open.flatMap { entry in
                    (0..<settings.samples).map { (reading: entry.reading, options: options(entry.record, sample: $0)) }
                }
                let answers = try PromptReading.answers(requests) { try progress.check() }
                for (place, entry) in open.enumerated() {
                    try output.put(captioned(entry.record, Array(answers[place * settings.samples..<(place + 1) * settings.samples])))
                    progress.advance()
                }
                open = []
            }
            for group in records.groups(of: places) {
                try model.read(group.map(records.record), media) { place, result in
                    try progress.check()
                    let record = try records.record(group[place])
                    switch result {
                    case .success(let reading): open.append((record, reading))
                    case .failure(let error):
                        output.fail(record.id, error)
                        progress.advance(failed: true)
                    }
                    if (open.count + 1) * settings.samples > PromptReading.largestBatch { try finish() }
                }
            }
            try finish()
        }
    }

    private func options(_ record: Record, sample: Int) -> GenerationOptions {
        var options = GenerationOptions()
        options.temperature = sample == 0 ? 0 : settings.temperature
        (options.topP, options.maxNewTokens, options.seed) = (1, settings.maxNewTokens, Self.seed(record.id, sample))
        return options
    }

    /// Seed derived from the record and the sample only, so that every run uses the same. JSON numbers are exact up to 53 bits.
    static func seed(_ id: String, _ sample: Int) -> UInt64 { ContentDigest.number("\(id) \(sample)") >> 11 }

    private func captioned(_ record: Record, _ answers: [ScoredGeneration]) -> Record {
        var record = record
        let captions = answers.enumerated().map { sample, answer in
            Caption(
                text: answer.generation.text, sample: sample, seed: Self.seed(record.id, sample),
                logprob: answer.logProbabilities.reduce(0) { $0 + Double($1) },
                leastLogprob: answer.logProbabilities.min().map(Double.init), tokens: answer.generation.tokens.count,
                finishReason: answer.generation.finishReason.rawValue)
        }
        record.set("captions", .array(captions.map(\.json)))
        record.set("captioner", .object(identity.json))
        return record
    }
}
