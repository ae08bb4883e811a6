import DAMVideo
import Evaluation
import Imaging

/// Decides which records are kept, by figures that are there: thresholds can be moved without anything being computed again.
package struct FilterStep {
    static let keys: Set<String> = ["kept", "reasons", "caption", "chosen"]

    package enum Choice: String, CaseIterable, Sendable {
        /// The likeliest words.
        case greedy
        /// The sample most like the others.
        case medoid
    }

    package var least: [(name: String, value: Double)] = []
    package var most: [(name: String, value: Double)] = []
    /// Shares of each class that are kept, the best by a figure; classes that are rare do not vanish.
    package var shares: [(name: String, value: Double)] = []
    /// Figures that have to be true.
    package var required: [String] = []
    package var choice = Choice.greedy
    /// Samples that have to support a sentence; nil to keep all sentences.
    package var support: Int?

    package init() {}

    package func run(_ records: RecordFiles, _ target: StepTarget) throws -> StepResult {
        if !shares.isEmpty, target.shard != nil {
            throw InputError(.usage, "--keep counts the regions of all shards: found it with a shard, expected one of the two")
        }
        let ranks = try shares.map { try ClassRanks($0.name, records) }
        let step = StepRun(step: "filter", options: options, keys: Self.keys)
        return try step(records, target) { try decided($0, ranks) }
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

/// Ranks of records within their classes by a figure, from 0 for the best; of equals the one with the smaller id.
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

/// Choices among the samples of a caption.
enum SampleChoice {
    /// Share of a sentence's content words that a sample has to have to support it.
    private static let supportingShare = 0.6

    /// Place of the sample most like the others; of equals the first.
    static func medoid(_ captions: [Caption]) -> Int {
        let contents = captions.map { CaptionText($0.text).content }
        let likeness = contents.indices.map { one in
            contents.indices.reduce(0.0) { $1 == one ? $0 : $0 + CaptionText.agreement(contents[one], contents[$1]) }
        }
        return likeness.indices.max { likeness[$0] < likeness[$1] || likeness[$0] == likeness[$1] && $0 > $1 } ?? 0
    }

    /// The sentences of a caption that enough samples support.
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
