import DAMVideo
import Evaluation
import Imaging

/// Decides which records to keep from existing scores, so that thresholds can be changed without computing anything again.
package struct FilterStep {
    static let keys: Set<String> = ["kept", "reasons", "caption", "chosen"]

    package enum Choice: String, CaseIterable, Sendable {
        /// The greedily decoded caption.
        case greedy
        /// The sample most similar to the others.
        case medoid
    }

    package var least: [(name: String, value: Double)] = []
    package var most: [(name: String, value: Double)] = []
    /// Share of each class to keep, the best by a score, so that rare classes do not vanish.
    package var shares: [(name: String, value: Double)] = []
    /// Scores that must be true.
    package var required: [String] = []
    package var choice = Choice.greedy
    /// Number of samples that must support a sentence; nil to keep all sentences.
    package var support: Int?

    package init() {}

    package func run(_ records: RecordFiles, _ target: StepTarget) throws -> StepResult {
        if !shares.isEmpty, target.shard != nil {
            throw InputError(.usage, "--keep counts the regions of all shards: found --keep with a shard, expected only one of them")
        }
        if target.shard == nil { try checkScores(of: records) }
        let ranks = try shares.map { try ClassRanks($0.name, records) }
        let step = StepRun(step: "filter", options: options, keys: Self.keys)
        return try step(records, target) { try decided($0, ranks) }
    }

    /// A score that no record has would drop all of them.
    /// - Throws: `InputError` of category `usage` that names it.
    private func checkScores(of records: RecordFiles) throws {
        var missing = Set((least + most + shares).map(\.name) + required), isEmpty = true
        try records.forEach { record in
            isEmpty = false
            missing = missing.filter { record.figure($0) == nil }
        }
        guard !isEmpty, let name = missing.min() else { return }
        let hint = name == "keyword" ? "records with a label" : "a score that damvideo sdp score has added"
        throw InputError(.usage, "filter: found no record with \(name), expected \(hint)")
    }

    private var options: OrderedObject {
        func rules(_ rules: [(name: String, value: Double)]) -> OrderedJSON {
            .array(rules.map { .array([.string($0.name), .number($0.value)]) })
        }
        return [
            "min": rules(least), "max": rules(most), "keep": rules(shares), "require": .array(required.map { .string($0) }),
            "choose": .string(choice.rawValue), "sentences": support.map { .number($0) } ?? .null,
        ]
    }

    private func decided(_ record: Record, _ ranks: [ClassRanks]) throws -> Record {
        var record = record, reasons: [String] = []
        func figure(_ name: String) -> Double? {
            guard let value = record.figure(name) else {
                reasons.append("\(name) is missing")
                return nil
            }
            return value
        }
        for rule in least {
            if let value = figure(rule.name), value < rule.value { reasons.append("\(rule.name) \(value) < \(rule.value)") }
        }
        for rule in most {
            if let value = figure(rule.name), value > rule.value { reasons.append("\(rule.name) \(value) > \(rule.value)") }
        }
        for name in required {
            if let value = figure(name), value == 0 { reasons.append("\(name) is false") }
        }
        for (rule, ranks) in zip(shares, ranks) {
            guard figure(rule.name) != nil, let rank = ranks.ranks[record.id] else { continue }
            let count = Int((rule.value * Double(ranks.counts[record.label] ?? 0)).rounded(.up))
            if rank >= count { reasons.append("\(rule.name) at rank \(rank + 1) > \(count) of its class") }
        }
        let captions = try record.captions(), chosen = choice == .medoid ? SampleChoice.medoid(captions) : 0
        if captions.isEmpty {
            reasons.append("caption is missing")
        } else {
            var text = captions[chosen].text
            if let support {
                text = SampleChoice.supported(text, by: captions, least: support)
                if text.isEmpty { reasons.append("sentences without support") }
            }
            record.set("caption", .string(text))
            record.set("chosen", .number(captions[chosen].sample))
        }
        record.set("kept", .bool(reasons.isEmpty))
        record.set("reasons", .array(reasons.map { .string($0) }))
        return record
    }
}

/// Ranks of records within their classes by a score, 0 for the best; ties are broken by id.
private struct ClassRanks {
    private(set) var ranks: [String: Int] = [:]
    private(set) var counts: [String?: Int] = [:]

    init(_ name: String, _ records: RecordFiles) throws {
        var classes: [String?: [(value: Double, id: String)]] = [:]
        try records.forEach { record in
            if let value = record.figure(name) { classes[record.label, default: []].append((value, record.id)) }
        }
        for (label, members) in classes {
            counts[label] = members.count
            let order = members.sorted { $0.value == $1.value ? $0.id < $1.id : $0.value > $1.value }
            for (rank, member) in order.enumerated() { ranks[member.id] = rank }
        }
    }
}

/// Selection among the samples of a caption.
enum SampleChoice {
    /// Share of a sentence's content words that a sample must contain to support it.
    private static let supportingShare = 0.6

    /// Index of the sample most similar to the others, the first of equals.
    static func medoid(_ captions: [Caption]) -> Int {
        let contents = captions.map { CaptionText($0.text).content }
        let likeness = contents.indices.map { one in
            contents.indices.reduce(0.0) { $1 == one ? $0 : $0 + CaptionText.agreement(contents[one], contents[$1]) }
        }
        return likeness.indices.max { likeness[$0] < likeness[$1] || likeness[$0] == likeness[$1] && $0 > $1 } ?? 0
    }

    /// The sentences of a caption with enough supporting samples.
    static func supported(_ text: String, by captions: [Caption], least: Int) -> String {
        let contents = captions.map { CaptionText($0.text).content }
        return CaptionText(text).sentences.filter { sentence in
            let words = CaptionText(sentence).content
            guard !words.isEmpty else { return true }
            let supporting = contents.count { Double($0.intersection(words).count) >= supportingShare * Double(words.count) }
            return supporting >= least
        }.joined(separator: " ")
    }
}
