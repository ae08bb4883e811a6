import Evaluation
import Imaging

/// Formats of exported data.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// The kept records, unchanged.
    case jsonl
    /// Conversations in LLaVA's format, with masks.
    case llava
    /// Format of the data set published with DAM.
    case dam
    /// Tar files with an image or frames and a JSON file for each region.
    case webdataset
}

package struct ExportSettings {
    package var format = ExportFormat.jsonl
    /// Share of the images and clips for each split, in order; the shares sum to 1.
    package var splits: [(name: String, share: Double)] = [("train", 1)]
    /// Caption lengths that become conversations.
    package var lengths = ["detailed"]
    /// Share of the conversations that tell the model the class.
    package var labelShare = 0.0
    /// True to vary the questions' wording, partly with a desired length.
    package var variesPrompts = false
    /// JSON with questions by length; nil for the program's own.
    package var prompts: String?
    /// Upper bound on a tar file's bytes.
    package var shardSize = 1 << 30

    package init() {}

    var json: OrderedObject {
        [
            "format": .string(format.rawValue), "splits": .array(splits.map { .array([.string($0.name), .number($0.share)]) }),
            "lengths": .array(lengths.map { .string($0) }), "label_share": .number(labelShare), "vary_prompts": .bool(variesPrompts),
            "shard_size": .number(shardSize),
        ]
    }

    /// - Throws: `InputError` of category `usage` for a value out of range.
    func validate() throws {
        let sum = splits.reduce(0) { $0 + $1.share }
        let areShares = !splits.isEmpty && splits.allSatisfy { $0.share >= 0 } && abs(sum - 1) < 1e-9
        guard areShares, Set(splits.map(\.name)).count == splits.count else {
            throw InputError(.usage, "--splits: found shares that add up to \(sum), expected 1, such as train=0.95,val=0.05")
        }
        guard splits.allSatisfy({ !$0.name.isEmpty && !$0.name.contains("/") && !$0.name.hasPrefix(".") }) else {
            throw InputError(.usage, "--splits: expected names without slashes or a leading point")
        }
        guard (0...1).contains(labelShare) else { throw InputError(.usage, "--label-share \(labelShare): expected 0 to 1") }
        guard shardSize >= 1 << 16 else { throw InputError(.usage, "--shard-size \(shardSize): expected 64 KiB or more") }
        let known = ["detailed", "sentence", "phrase", "keyword"]
        guard !lengths.isEmpty, lengths.allSatisfy(known.contains) else {
            throw InputError(.usage, "--lengths \(lengths.joined(separator: ",")): expected some of \(known.joined(separator: ", "))")
        }
    }

    /// The split of an image or clip, and so of all its regions.
    func split(of media: String) -> String {
        var rest = ContentDigest.share("split \(media)")
        for split in splits {
            if rest < split.share { return split.name }
            rest -= split.share
        }
        return splits.last { $0.share > 0 }?.name ?? splits[0].name
    }
}

/// Questions for conversations.
struct ExportPrompts {
    private static let verbs = ["Describe", "Give a description of", "Write down what can be said about", "Tell what is seen of",
        "Characterize"]
    private static let objects = ["the masked region", "the object in the masked region", "the region that the mask marks"]
    /// Shares of varied questions that ask for a number of sentences, and of words. The released models were trained with these.
    private static let bySentences = 0.2, byWords = 0.2
    /// Word counts are exact up to `exactWords`, then rounded to tens up to `mostWords`.
    private static let exactWords = 10, mostWords = 200

    private let byLength: [String: [String]]
    private let varies: Bool

    /// - Throws: `InputError` for an invalid file.
    init(_ settings: ExportSettings) throws {
        varies = settings.variesPrompts
        guard let path = settings.prompts else {
            byLength = [
                "detailed": ["Describe the masked region in detail."], "sentence": ["Describe the masked region in one sentence."],
                "phrase": ["Describe the masked region in a short phrase."],
                "keyword": ["What is the category of the masked region? Answer with one word or phrase."],
            ]
            return
        }
        let members = try JSONPlace(file: path, expected: "lists of questions by length").members()
        byLength = Dictionary(
            try members.map { ($0.key, try $0.value.array().map { try $0.string() }) }, uniquingKeysWith: { first, _ in first })
        for length in settings.lengths where byLength[length]?.isEmpty ?? true {
            throw InputError(.invalid, path, found: "no question for \(length)", expected: "at least one")
        }
    }

    /// The question about a region; equal in every run.
    func question(_ id: String, length: String, answer: String) -> String {
        let seed = "\(id) \(length)"
        guard varies, length == "detailed" else {
            let known = byLength[length] ?? []
            return known.isEmpty ? "" : known[Int(ContentDigest.number(seed) % UInt64(known.count))]
        }
        let wording = Int(ContentDigest.number("wording " + seed) % UInt64(Self.verbs.count * Self.objects.count))
        let plain = "\(Self.verbs[wording % Self.verbs.count]) \(Self.objects[wording / Self.verbs.count])"
        let kind = ContentDigest.share("kind " + seed), text = CaptionText(answer)
        if kind < Self.bySentences {
            let count = text.sentences.count
            return "\(plain) in \(count) sentence\(count == 1 ? "" : "s")."
        }
        if kind < Self.bySentences + Self.byWords { return "\(plain) in \(Self.words(text.words.count))." }
        return kind < 0.7 ? "\(plain) in detail." : "\(plain), as fully as possible."
    }

    private static func words(_ count: Int) -> String {
        if count <= exactWords { return "\(count) word\(count == 1 ? "" : "s")" }
        if count > mostWords { return "more than \(mostWords) words" }
        return "about \((count + 5) / 10 * 10) words"
    }
}
