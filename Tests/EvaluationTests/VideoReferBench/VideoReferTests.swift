import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, descriptions get other scores than a judge gave them, or a judge is asked twice.
struct VideoReferTests {
    private struct Stop: Error {}

    @Test(arguments: [
        (
            "{\"Subject Correspondence\": 4, \"Appearance Description\": 3, \"Temporal Description\": 0, \"Hallucination Detection\": 5}",
            [4, 3, 0, 5]
        ),
        ("```json\n{'subject_correspondence': '4', 'appearance_description': 3.5}\n```", [4, 3.5, nil, nil]),
        ("1. **Subject Correspondence**: 4/5\n2. Appearance Description (AD): 2\n3. Temporal Description = 1", [4, 2, 1, nil]),
        ("{\"SC\": 1, \"AD\": 2, \"TD\": 3, \"HD\": 4}", [1, 2, 3, 4]),
        ("{\"Subject Correspondence\": {\"score\": 3, \"reason\": \"5 things\"}}", [3, nil, nil, nil]),
        ("Subject Correspondence: 1 at first. Subject Correspondence: 2", [2, nil, nil, nil]),
        ("{\"Subject Correspondence\": 6, \"Appearance Description\": -1, \"Temporal Description\": \"N/A\"}", [nil, nil, nil, nil]),
        ("I cannot tell: 5", [nil, nil, nil, nil]),
    ] as [(String, [Double?])])
    func scoresAreReadFromTheAnswer(answer: String, expected: [Double?]) {
        let scores = VideoReferDimension.scores(in: answer)
        #expect(VideoReferDimension.allCases.map { scores[$0] } == expected)
    }

    private static let records = (0..<5).map {
        "{\"video\": \"v\($0).mp4\", \"pred\": \"p\($0)\", \"Answer\": \"a\($0)\", \"more\": [\($0)]}\n"
    }

    /// A judge whose scores depend on the prompt.
    private func judge(_ prepare: @escaping @Sendable (String) -> StubServer.Response? = { _ in nil }) throws -> StubServer {
        try StubServer { request in
            let body = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]
            let text = (body?["messages"] as? [[String: String]])?.last?["content"] ?? ""
            let number = text.last { $0.isNumber }.map { "\($0)" } ?? ""
            return prepare(text) ?? DLCSample.completion(
                "{\"Subject Correspondence\": \(number), \"Appearance Description\": 2, \"Temporal Description\": 3, "
                    + "\"Hallucination Detection\": 5}")
        }
    }

    private func withCaptions<Result>(_ body: (URL, String) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.jsonl").path
            try Data(Self.records.joined().utf8).write(to: URL(filePath: path))
            return try body(folder, path)
        }
    }

    private func ask(
        _ captions: String, _ server: StubServer, parallel: Int = 1, overwrites: Bool = false, wording: VideoReferWording = .own,
        progress: (ChatRun.Progress) throws -> Void = { _ in }
    ) throws {
        var judgement = try VideoReferJudgement(captions: captions, references: nil, cache: nil, wording: wording)
        var settings = DLCSample.settings
        settings.parallel = parallel
        try judgement.ask(DLCSample.endpoint(server), settings: settings, overwrites: overwrites, progress: progress)
    }

    private func report(_ captions: String) throws -> VideoReferReport {
        try VideoReferJudgement(captions: captions, references: nil, cache: nil).report(judge: nil, bootstrap: Bootstrap())
    }

    @Test func meansEqualThePublishedProgram() throws {
        let server = try judge { $0.contains("a4") ? DLCSample.completion("{\"Subject Correspondence\": 5}") : nil }
        defer { server.stop() }
        try withCaptions { folder, path in
            try ask(path, server, parallel: 8)
            let report = try report(path)
            #expect(report.scores["Subject Correspondence"]?.mean == 2.2 && report.scores["Subject Correspondence"]?.answers == 5)
            #expect(report.scores["Temporal Description"]?.mean == 3 && report.scores["Temporal Description"]?.answers == 4)
            #expect(report.average == (2.2 + 2 + 3 + 5) / 4 && report.unread.map(\.id) == ["4"])
            let text = try String(contentsOf: folder.appending(path: "out_eval.json"), encoding: .utf8)
            let list = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
            #expect(list.map { $0["Subject Correspondence"] as? Int } == [0, 1, 2, 3, 5] && list[4]["Temporal Description"] == nil)
            #expect(list[2]["video"] as? String == "v2.mp4" && list[2]["more"] as? [Int] == [2])
            // A finished run in the published format is scored unchanged.
            let published = folder.appending(path: "gpt.json")
            try Data("[{\"pred\": \"p\", \"caption\": \"a\", \"gpt\": \"SC: 4\"}]".utf8).write(to: published)
            let other = try self.report(published.path)
            #expect(other.scores["Subject Correspondence"]?.mean == 4 && other.average == nil && other.wording == "of \(published.path)")
        }
    }

    @Test func theJudgeIsGivenInstructionsAndBothTexts() throws {
        let server = try judge()
        defer { server.stop() }
        try withCaptions { folder, path in
            let system = folder.appending(path: "system.txt")
            try Data("Compare.".utf8).write(to: system)
            try ask(path, server, wording: VideoReferWording(path: system.path))
            let body = try #require(JSONSerialization.jsonObject(with: server.requests[0].body) as? [String: Any])
            let messages = try #require(body["messages"] as? [[String: String]])
            #expect(messages == [
                ["role": "system", "content": "Compare."],
                ["role": "user", "content": "##Correct answer: a0\n##Predicted answer: p0\n"],
            ])
        }
    }

    @Test func aStoppedRunResumesAndOtherCaptionsAreJudgedAgain() throws {
        let server = try judge()
        defer { server.stop() }
        let whole = try withCaptions { folder, path in
            try ask(path, server, parallel: 8)
            return try Data(contentsOf: folder.appending(path: "out_eval.json"))
        }
        try withCaptions { folder, path in
            #expect(throws: Stop.self) { try ask(path, server) { if case .answered(2, _) = $0 { throw Stop() } } }
            #expect(throws: InputError.self) { try report(path) }
            let before = server.requests.count
            try ask(path, server)
            // A request sent before the run stopped may arrive later.
            #expect((3...4).contains(server.requests.count - before))
            #expect(try Data(contentsOf: folder.appending(path: "out_eval.json")) == whole)
            try Data(Self.records.joined().replacing("p1", with: "q1").utf8).write(to: URL(filePath: path))
            #expect(throws: InputError.self) { try ask(path, server) }
            let count = server.requests.count
            try ask(path, server, overwrites: true)
            #expect(server.requests.count == count + 1)
        }
    }

    @Test(arguments: [
        ("", "found the end of the file at byte 0, expected more JSON"), ("[]", "found no record, expected some"),
        ("[{\"pred\": \"a\"}]", "[0]: found 0 references for 0, expected one: \"Answer\" in the record, or --references"),
        ("[{\"pred\": 1, \"Answer\": \"b\"}]", "[0].pred: found 1, expected a text"),
        ("{\"pred\": \"a\", \"Answer\": \"b\"}\n{\"pred\"", ": line 2: found the end of the file at byte 7, expected more JSON"),
        (
            "[{\"id\": 1, \"pred\": \"a\", \"Answer\": \"b\"}, {\"id\": 1, \"pred\": \"a\", \"Answer\": \"b\"}]",
            "[1]: found record 1 twice, expected each once"
        ),
    ])
    func badFilesGetOneClearLine(text: String, expected: String) throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "bad.json").path
            try Data(text.utf8).write(to: URL(filePath: path))
            do {
                _ = try report(path)
                Issue.record("not refused")
            } catch { #expect("\(error)".hasPrefix(path) && "\(error)".hasSuffix(expected)) }
        }
    }
}
