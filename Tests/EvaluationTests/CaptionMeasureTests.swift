import Evaluation
import Foundation
import TestSupport
import Testing

/// If these fail, scores differ from those of pycocoevalcap, which papers report.
struct CaptionMeasureTests {
    private struct Expected: Decodable {
        struct Pair: Decodable {
            let caption: String
            let references: [String]
            /// Tokens of the caption, then of each reference.
            let words: [[String]]
        }

        let pairs: [Pair]
        let bleu: [Double]
        let rouge_l: Double
        let cider: Double
    }

    private static let expected = Result {
        let path = Fixtures.path("text-measures/expected.json")
        return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(filePath: path)))
    }

    @Test func tokensEqualTheStanfordTokeniser() throws {
        let pairs = try Self.expected.get().pairs
        #expect(pairs.count == 200)
        for pair in pairs {
            #expect(([pair.caption] + pair.references).map(PennTreebankTokenizer.words) == pair.words)
        }
    }

    @Test func scoresEqualPycocoevalcap() throws {
        let expected = try Self.expected.get()
        let measures = try #require(CaptionMeasures(expected.pairs.map { .init(caption: $0.caption, references: $0.references) }))
        for (own, published) in zip(measures.bleu, expected.bleu) { #expect(abs(own - published) < 1e-9) }
        #expect(measures.bleu.count == 4 && abs(measures.rougeL - expected.rouge_l) < 1e-9)
        #expect(abs(measures.cider - expected.cider) < 1e-9)
    }

    /// Tokens of CoreNLP 3.4.1.
    @Test(arguments: [
        ("can't cannot GONNA it’s 'tis y'all o'clock dogs' 's", "ca n't can not gon na it 's 't is y' all o'clock dogs 's"),
        ("3.5cm 1/2 $5.00 50% #1 #tag @user 10,000 -5 a/b/c/d 12:30pm",
         "3.5 cm 1/2 $ 5.00 50 % # 1 #tag @user 10,000 -5 a/b/c / d 12:30 pm"),
        ("U.S. e.g. etc. approx. no. 5 no. St. Mary's B. The end. one,two.three",
         "u.s. e.g. etc. approx no. 5 no st. mary 's b the end one , two.three"),
        ("(a) [b] “q” … — ½ £5 A&B a&b x--y wow!! what?", "-lrb- a -rrb- -lsb- b -rsb- q 1/2 # 5 a&b a & b x y wow !! what"),
    ])
    func tokensOfDifficultText(text: String, expected: String) {
        // Commas are dropped.
        #expect(PennTreebankTokenizer.words(text).joined(separator: " ") == expected.replacing(" ,", with: ""))
    }

    @Test func semanticIoUComparesWords() {
        #expect(SemanticIoU.score(caption: "The object is: Red_apple, fresh.", name: "red apple") == 2.0 / 3)
        #expect(SemanticIoU.score(caption: "apple", name: "apple") == 1 && SemanticIoU.score(caption: "pear", name: "apple") == 0)
        #expect(SemanticIoU.score(caption: "", name: "") == 0)
    }

    /// COCO's files, or objects by id.
    @Test func filesOfCaptionsAreCompared() throws {
        try withTemporaryDirectory { folder in
            func file(_ name: String, _ text: String) throws -> String {
                let path = folder.appending(path: name).path
                try Data(text.utf8).write(to: URL(filePath: path))
                return path
            }
            let results = try file("results.json", #"[{"image_id": 3, "caption": "a red dog"}, {"image_id": 5, "caption": "a cat"}]"#)
            let plain = try file("plain.json", #"{"3": "a red dog", "5": "a cat", "query": "Q"}"#)
            let coco = try file("coco.json", #"""
                {"images": [], "annotations": [{"image_id": 5, "id": 1, "caption": "The cat."}, {"image_id": 3, "id": 2, \#
                "caption": "A dog, red"}, {"image_id": 5, "id": 3, "caption": "a cat"}, {"image_id": 9, "id": 4, "caption": "x"}]}
                """#)
            let lists = try file("lists.json", #"{"5": ["The cat.", "a cat"], "3": "A dog, red", "9": ["x"]}"#)
            let names = try file("names.json", #"{"3": "red dog", "5": "cat"}"#)
            let report = try TextReport(captions: results, references: coco, names: names)
            let again = try TextReport(captions: plain, references: lists, names: nil)
            #expect(report.measures == again.measures && report.measures?.bleu[0] == again.measures?.bleu[0])
            #expect(report.captions == 2 && report.withoutCaption == 1 && report.measures.map { abs($0.bleu[0] - 1) < 1e-6 } == true)
            #expect(report.semanticIoU.map { abs($0 - (2.0 / 3 + 0.5) / 2) < 1e-12 } == true && again.semanticIoU == nil)
            func told(_ captions: String, _ references: String) -> String {
                do {
                    _ = try TextReport(captions: captions, references: references, names: nil)
                    return "no error"
                } catch { return "\(error)".replacing(folder.path + "/", with: "") }
            }
            #expect(told(results, names) == "no error")
            let other = try file("other.json", #"{"3": "x"}"#)
            #expect(told(results, other) == "other.json: found nothing for 5, which has a caption, expected a text for each caption")
            #expect(told(coco, lists) == "coco.json: annotations[2]: found 2 texts for 5, expected one")
        }
    }
}
