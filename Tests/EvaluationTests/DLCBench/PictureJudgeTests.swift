import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, a judge with vision sees no region or a wrong one, or its answers are mixed with those of a text-only judge.
struct PictureJudgeTests {
    private func content(_ request: StubServer.Request) throws -> [[String: Any]] {
        let body = try #require(JSONSerialization.jsonObject(with: request.body) as? [String: Any])
        return try #require((body["messages"] as? [[String: Any]])?.first?["content"] as? [[String: Any]])
    }

    private func files(_ folder: URL) -> DLCJudgement.Files {
        var files = DLCSample.files(folder)
        files.showsPictures = true
        return files
    }

    @Test func theJudgeSeesTheRegionAndItsMask() throws {
        let server = try StubServer { _ in DLCSample.completion("A. Yes") }
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            var judgement = try DLCJudgement(files(folder), mayBeNew: true)
            try judgement.ask(DLCSample.endpoint(server), settings: DLCSample.settings, overwrites: false) { _ in }
            #expect(server.requests.count == 15 && judgement.wording == .ownWithPictures)
            let messages = try server.requests.map(content)
            #expect(messages.allSatisfy { $0.compactMap { $0["type"] as? String } == ["text", "image_url", "text", "image_url", "text"] })
            let words = messages.compactMap { $0.last?["text"] as? String }
            #expect(words.contains { $0.contains("The object in the picture is a red apple. Could the described object be that") })
            #expect(words.contains { $0.contains("The objects in the picture are scissors.") })
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "captions_eval_gpt.json").path))
            // Its cache includes the wording, and is not valid for a text-only judge.
            #expect(try DLCJudgement(files(folder), mayBeNew: false).wording.name == "damvideo-1-pictures")
            #expect(throws: InputError.self) { try DLCJudgement(DLCSample.files(folder), mayBeNew: false).results() }
        }
    }

    /// The program that others use for such a judge writes questions without numbers.
    @Test func anotherProgramsCacheIsReadAndNotMixed() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            let cache = try DLCSample.judged(folder, server), path = folder.appending(path: "x_eval_gpt.json")
            let text = String(decoding: cache, as: UTF8.self)
                .replacing(/\s*"(question_index|neg_valid_num)": \d+,/, with: "")
            #expect(!text.contains("question_index"))
            try Data(text.utf8).write(to: path)
            var files = DLCSample.files(folder)
            let plain = try DLCJudgement(files, mayBeNew: false)
            files.cache = path.path
            let other = try DLCJudgement(files, mayBeNew: false)
            #expect(try other.results().map(\.score) == plain.results().map(\.score))
            #expect(other.seesPictures && !plain.seesPictures)
            #expect(throws: InputError.self) { try DLCJudgement(files, mayBeNew: true) }
            files.cache = folder.appending(path: "captions_eval.json").path
            files.showsPictures = true
            #expect(throws: InputError.self) { try DLCJudgement(files, mayBeNew: true) }
        }
    }

    @Test(arguments: ["annotations.json", "images/a.ppm"])
    func missingPicturesAreRefused(name: String) throws {
        try DLCSample.withFolder { folder in
            try FileManager.default.removeItem(at: folder.appending(path: name))
            #expect(throws: InputError.self) { try DLCJudgement(files(folder), mayBeNew: true) }
        }
    }
}
