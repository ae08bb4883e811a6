import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, an invalid file is scored, or a valid one refused.
struct BenchmarkFileTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    /// The error for the benchmark after a file's text is changed.
    private func told(_ name: String, _ old: String, _ new: String) throws -> String {
        try DLCSample.withFolder { folder in
            let file = folder.appending(path: name), text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.contains(old))
            try Data(text.replacing(old, with: new, maxReplacements: 1).utf8).write(to: file)
            return message {
                let judgement = try DLCJudgement(DLCSample.files(folder), mayBeNew: true)
                for region in judgement.benchmark.annotations?.regions ?? [] { _ = try region.mask() }
            }.replacing(folder.path + "/", with: "").replacing(#/ at byte [0-9]+/#, with: "")
        }
    }

    @Test(arguments: [
        ("qa.json", "\"positive\"", "\"neutral\"", "qa.json: 7[0].type: found \"neutral\", expected \"positive\" or \"negative\""),
        ("qa.json", "0.5]", "\"half\"]", "qa.json: 7[0].choices[2][1]: found \"half\", expected a number"),
        ("qa.json", "\"3\":", "\"7\":", "qa.json: found the key \"7\" twice in one object, expected each key once"),
        ("qa.json", "\"choices\"", "\"options\"", "qa.json: 7[0]: found no \"choices\", expected one"),
        ("qa.json", "{", "[", "qa.json: found no comma, expected one between values"),
        ("class_names.json", "\"12\"", "\"13\"", "class_names.json: found no \"12\", expected one"),
        ("annotations.json", "\"image_id\": 20", "\"image_id\": 21",
         "annotations.json: annotations[0].image_id: found 21, expected an image of the file"),
        ("annotations.json", "\"id\": 3", "\"id\": 7", "annotations.json: annotations[1]: found annotation 7 twice, expected once"),
        ("annotations.json", "336", "33",
         "annotations.json: annotations[0].segmentation.counts: found an RLE whose runs add up to 6, expected 12 as its size says"),
        ("annotations.json", "[3, 4]", "[4, 3]",
         "annotations.json: annotations[0].segmentation.size: found a list, expected [3, 4], as the picture"),
        ("captions.json", "\"7\"", "\"8\"", "captions.json: found no caption for region 7, expected one for each, or --default-caption"),
        ("captions.json", "\"Two", "\"Error: Two",
         "captions.json: found no caption for region 3, expected one for each, or --default-caption"),
        ("captions.json", "\"Two blades of metal.\"", "5", "captions.json: 3: found 5, expected a text"),
    ])
    func badFilesGetOneClearLine(name: String, old: String, new: String, expected: String) throws {
        #expect(try told(name, old, new) == expected)
    }

    @Test func goodFilesAreRead() throws {
        try DLCSample.withFolder { folder in
            let judgement = try DLCJudgement(DLCSample.files(folder), mayBeNew: true)
            #expect(judgement.benchmark.regions.map(\.key) == DLCSample.keys && judgement.captions.missing.isEmpty)
            let regions = try #require(judgement.benchmark.annotations?.regions)
            // By picture, then by annotation.
            #expect(regions.map(\.key) == ["3", "5", "7", "12"] && regions.map(\.size) == ["S", "L", "S", "L"])
            #expect(try regions[0].mask().mask.boundingBox == BoundingBox(left: 1, top: 0, width: 1, height: 3))
            #expect(judgement.benchmark.regions[0].questions.map(\.attribute) == ["size", nil, nil])
        }
    }

    @Test func theDefaultCaptionReplacesMissingOnes() throws {
        try DLCSample.withFolder { folder in
            try DLCSample.writeCaptions(to: folder.appending(path: "captions.json").path, without: "12")
            var files = DLCSample.files(folder)
            files.defaultCaption = "Something."
            #expect(try DLCJudgement(files, mayBeNew: true).captions.missing == ["12"])
        }
    }

    @Test func missingFilesAreNamed() throws {
        try DLCSample.withFolder { folder in
            let path = folder.path
            func told(_ change: (inout DLCJudgement.Files) -> Void) -> String {
                var files = DLCSample.files(folder)
                change(&files)
                return message { _ = try DLCJudgement(files, mayBeNew: false) }.replacing(path + "/", with: "")
            }
            #expect(told { $0.folder = path + "/none" } == "none: no such folder")
            #expect(told { $0.folder = path + "/qa.json" } == "qa.json: found a file, expected a folder with qa.json and class_names.json")
            #expect(told { $0.outputs = path + "/none.json" } == "none.json: no such file")
            #expect(told { $0.cache = path + "/none_eval.json" } == "none_eval.json: no such file")
            #expect(told { $0.cache = path + "/captions.json" }
                == "captions.json: found no region with answers, expected a judge cache (NAME_eval.json)")
            #expect(told { $0.outputs = nil } == "found neither captions nor answers, expected --outputs, --cache or both")
            try FileManager.default.removeItem(at: folder.appending(path: "class_names.json"))
            #expect(told { _ in } == "class_names.json: no such file, expected qa.json and class_names.json, or neither and --cache")
            try FileManager.default.removeItem(at: folder.appending(path: "qa.json"))
            #expect(told { _ in }.hasSuffix(": found no questions, expected qa.json and class_names.json, or a judge cache by --cache"))
        }
    }

    /// A cache contains captions, questions and wording.
    @Test func aCacheAloneIsScoredAndRewritten() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            let cache = try DLCSample.judged(folder, server)
            // As an older program, or another user's, would write it.
            let text = String(decoding: cache, as: UTF8.self)
                .replacing("    \"avg_pos\"", with: "    \"avg\": 0.25,\n    \"avg_pos\"")
                .replacing("{\n    \"7\"", with: "{\n    \"note\": [],\n    \"7\"")
            let path = folder.appending(path: "other.json").path
            try Data(text.utf8).write(to: URL(filePath: path))
            var files = DLCJudgement.Files()
            files.cache = path
            let judgement = try DLCJudgement(files, mayBeNew: false)
            #expect(judgement.wording.isOwn && judgement.benchmark.annotations == nil)
            let again = folder.appending(path: "again.json").path
            try judgement.writeCache(to: again, replaces: false)
            #expect(try String(contentsOfFile: again, encoding: .utf8) == text)
            #expect(throws: InputError.self) { try judgement.writeCache(to: again, replaces: false) }
        }
    }
}
