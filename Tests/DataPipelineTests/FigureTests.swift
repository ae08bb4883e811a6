@testable import DataPipeline
import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, good captions are dropped and bad ones kept.
struct FigureTests {
    @Test func contentWordsAndSentences() {
        let text = CaptionText("The red cups stand on a glass table. They're full!  Is it 3.5 m? Yes")
        #expect(text.sentences == ["The red cups stand on a glass table.", "They're full!", "Is it 3.5 m?", "Yes"])
        #expect(CaptionText("The red cups on the bus, and a glass").content == ["red", "cup", "bus", "glass"])
        #expect(CaptionText("A man's sea lions").mentions("Sea lion") && !CaptionText("A sea and a lion").mentions("sea lion"))
        #expect(CaptionText.agreement(["a", "b"], ["b", "c"]) == 0.5)
    }

    @Test(arguments: [
        ("A cup.", ["short"]), ("A red cup stands here. A red cup stands here.", ["repeated_sentence", "repeated_words"]),
        ("A red cup with a", ["unfinished"]), ("- a red cup\n- a blue handle.", ["list_marks"]),
        ("I'm sorry, I cannot see a cup.", ["refusal"]), ("The image shows a masked cup in the background.",
            ["mentions_image", "mentions_mask", "mentions_background"]),
        ("A red cup with a blue handle.", []),
    ])
    func textRules(_ text: String, _ broken: [String]) {
        #expect(TextRules.broken(by: Caption(text: text, sample: 0)) == broken)
    }

    @Test func aLimitLeavesACaptionUnfinished() {
        #expect(TextRules.broken(by: Caption(text: "A red cup stands here.", sample: 0, finishReason: "length")) == ["unfinished"])
    }

    @Test func textScores() throws {
        let figures = try TextFigures(synonyms: nil)
        let record = try figures.scored(PipelineSample.captioned("r", label: "cup", ["A red cup.", "A red mug.", "A blue cup."]))
        #expect(record.figure("mean_logprob") == -0.5 && record.figure("min_logprob") == -2 && record.figure("keyword") == 1)
        // Pairs share red, cup, nothing: 1/2, 1/2, 0.
        #expect(record.figure("consistency") == 0.333333)
        #expect(record.figure("words") == 3 && record.figure("text_rules") == 0)
        let other = try figures.scored(PipelineSample.captioned("r", label: "mug", ["A red cup."], logprob: nil))
        #expect(other.figure("keyword") == 0 && other.figure("mean_logprob") == nil && other.figure("consistency") == nil)
        try withTemporaryDirectory { folder in
            let path = try PipelineSample.write("{\"Mug\": [\"cup\"]}", "synonyms.json", in: folder)
            #expect(try TextFigures(synonyms: path).scored(PipelineSample.captioned("r", label: "mug",
                ["A red cup."])).figure("keyword") == 1)
        }
    }

    private func filtered(_ step: FilterStep, _ records: [Record]) throws -> [Record] {
        try withTemporaryDirectory { folder in
            let path = folder.path + "/kept.jsonl"
            _ = try step.run(PipelineSample.files(records, in: folder), StepTarget(path))
            return try PipelineSample.records(path)
        }
    }

    @Test func recordsMustPassEveryRule() throws {
        var step = FilterStep()
        (step.least, step.most, step.required) = ([("margin", 0.3)], [("text_rules", 0)], ["keyword"])
        let records = try filtered(step, [
            PipelineSample.captioned("a", ["A cup."], figures: ["margin": 0.4, "text_rules": 0, "keyword": 1]),
            PipelineSample.captioned("b", ["A cup."], figures: ["margin": 0.1, "text_rules": 2, "keyword": 1]),
            PipelineSample.captioned("c", ["A cup."], figures: ["text_rules": 0, "keyword": 0]),
        ])
        #expect(records.map(\.isKept) == [true, false, false])
        #expect(records[1].reasons == ["margin 0.1 < 0.3", "text_rules 2.0 > 0.0"])
        #expect(records[2].reasons == ["margin is missing", "keyword is false"])
        #expect(records[1].figure("margin") == 0.1)
    }

    /// A misspelt score would drop everything.
    @Test func aScoreThatNoRecordHasIsAUsageError() throws {
        for change in [{ $0.least = [("margn", 0.3)] }, { $0.required = ["keyword"] }] as [(inout FilterStep) -> Void] {
            var step = FilterStep()
            change(&step)
            let error = #expect(throws: InputError.self) {
                try filtered(step, [PipelineSample.captioned("a", ["A cup."], figures: ["margin": 1])])
            }
            #expect(error?.category == .usage && error?.description.contains("found no record with") == true)
        }
    }

    @Test func sharesArePerClass() throws {
        var step = FilterStep()
        step.shares = [("margin", 0.5)]
        let values: [(String, String, Double)] = [
            ("a", "cat", 0.1), ("b", "cat", 0.9), ("c", "cat", 0.5), ("d", "cat", 0.2), ("e", "yak", 0.0), ("f", "cat", 0.05),
        ]
        let records = try filtered(step, values.map { try PipelineSample.captioned($0, label: $1, ["A cat."], figures: ["margin": $2]) })
        // Three of five cats; the yak stays, although it scores worse than all.
        #expect(records.filter(\.isKept).map(\.id) == ["b", "c", "d", "e"])
    }

    @Test func samplesAreChosenAndSentencesRemoved() throws {
        var step = FilterStep()
        (step.choice, step.support) = (.medoid, 2)
        let texts = ["A blue truck. It is wet.", "A red truck. It has old wheels.", "A red truck. It has a flag."]
        let record = try filtered(step, [PipelineSample.captioned("a", texts)])[0]
        #expect(record.json["chosen"] == .number(2) && record.json["caption"] == .string("A red truck."))
        #expect(try record.captions().map(\.text) == texts)
        let none = try filtered(step, [PipelineSample.captioned("a", ["One dog.", "Two cats."])])[0]
        #expect(!none.isKept && none.reasons == ["sentences without support"])
    }

    @Test func captionsAreShortenedByRule() throws {
        let lengths = CaptionLengths(byRule: "A small red car with two doors stands on the left. It is old.", label: "car")
        #expect(lengths.sentence == "A small red car with two doors stands on the left.")
        #expect(lengths.phrase == "A small red car with two doors" && lengths.keyword == "car")
        #expect(CaptionLengths(byRule: "An old dog, asleep.", label: nil) == CaptionLengths(
            detailed: "An old dog, asleep.", sentence: "An old dog, asleep.", phrase: "An old dog", keyword: "dog"))
    }

    @Test func shortenedCaptionsAddNothing() {
        let caption = "A small red car stands on the left. It has two doors."
        let good = "Here: {\"sentence\": \"A small red car stands on the left.\", \"phrase\": \"small red car\", \"keyword\": \"car\"}"
        #expect(ShorteningPrompt.lengths(good, of: caption, label: "car")?.phrase == "small red car")
        for bad in [
            good.replacing("small red car\"", with: "fast red car\""), good.replacing("\"keyword\": \"car\"",
                with: "\"keyword\": \"small red car left\""),
            "no JSON", "{\"sentence\": \"A car.\"}",
        ] { #expect(ShorteningPrompt.lengths(bad, of: caption, label: "car") == nil) }
    }

    @Test func rankCorrelation() throws {
        #expect(RankCorrelation.of([(1, 10), (2, 20), (3, 100)]) == 1)
        #expect(RankCorrelation.of([(1, 3), (2, 2), (3, 1)]) == -1)
        #expect(RankCorrelation.of([(1, 1), (1, 2), (1, 3)]) == nil)
        #expect(RankCorrelation.of([(1, 1), (2, 2)]) == nil)
    }
}
