import Evaluation
import Foundation
import Imaging
import Synchronization
import TestSupport
import Testing

/// If these fail, a judge's answers are lost, paid for twice, or counted for the wrong question.
struct JudgementTests {
    private struct Stop: Error {}

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func requestsEqualTheBenchmarks() throws {
        try DLCSample.withFolder { folder in
            let server = try DLCSample.judge()
            defer { server.stop() }
            try DLCSample.judged(folder, server)
            #expect(server.requests.count == 15 && server.requests.allSatisfy { $0.path == "/v1/chat/completions" })
            let body = try #require(JSONSerialization.jsonObject(with: server.requests[0].body) as? [String: Any])
            #expect(body["model"] as? String == "stub" && body["temperature"] as? Int == 0 && body["max_tokens"] as? Int == 300)
            #expect(body["top_p"] as? Int == 1 && body["frequency_penalty"] as? Int == 0 && body["presence_penalty"] as? Int == 0)
            #expect((body["messages"] as? [[String: String]])?.map { $0["role"] } == ["user"])
            let prompts = Set(server.requests.map(DLCSample.prompt))
            #expect(prompts.contains {
                $0.hasSuffix("""
                    choices:
                    Which holds?
                    A. The boat is mentioned.
                    B. The boat is not mentioned.

                    """) && $0.contains("\nDescription:\nTwo blades of metal.\n\n")
            })
            #expect(prompts.contains { $0.contains("the described object be a red apple, or") })
            #expect(prompts.contains { $0.contains("the described objects be scissors, or") })
            #expect(prompts.contains { $0.contains("the described object be a bus, or") })
        }
    }

    @Test func concurrencyDoesNotAffectTheCache() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        let caches = try [1, 8].map { count in
            try DLCSample.withFolder { folder in
                var settings = DLCSample.settings
                settings.parallel = count
                return try DLCSample.judged(folder, server, settings)
            }
        }
        #expect(caches[0] == caches[1])
        let text = String(decoding: caches[0], as: UTF8.self)
        #expect(text.hasPrefix("{\n    \"7\": {\n        \"pred\": \"A round apple, shiny \\u2014 \\\"red\\\".\",\n"))
        #expect(text.contains("\"score_neg\": null,\n        \"neg_valid_num\": 0,\n") && text.contains("\"recognition_result\": false"))
        let keys = text.matches(of: #/\n    "([^"]+)": /#).map { String($0.1) }
        #expect(keys == DLCSample.keys + ["avg_pos", "avg_neg"] && text.hasSuffix("\n}"))
    }

    @Test func aStoppedRunResumes() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        let whole = try DLCSample.withFolder { try DLCSample.judged($0, server) }
        for stop in [1, 6, 14] {
            try DLCSample.withFolder { folder in
                var settings = DLCSample.settings
                settings.parallel = 1
                #expect(throws: Stop.self) {
                    try DLCSample.judged(folder, server, settings) { progress in
                        if case .answered(stop, _) = progress { throw Stop() }
                    }
                }
                // There is no cache before the first region's answers are complete.
                let cache = try? String(contentsOf: folder.appending(path: "captions_eval.json"), encoding: .utf8)
                #expect((cache != nil) == (stop > 3) && cache?.contains("avg_pos") != true)
                let journal = folder.appending(path: "captions_eval.json.journal")
                // The journal's last line was truncated when the machine stopped.
                let lines = try Data(contentsOf: journal)
                try (lines + Data("{\"key\": \"7\", \"quest".utf8)).write(to: journal)
                let before = server.requests.count
                #expect(try DLCSample.judged(folder, server) == whole)
                // A request sent before the run stopped may arrive later.
                #expect((0...1).contains(server.requests.count - before - (15 - stop)))
                #expect(!FileManager.default.fileExists(atPath: journal.path))
            }
        }
    }

    @Test func temporaryFailuresAreRetried() throws {
        let counts = Mutex<[String: Int]>([:])
        let server = try DLCSample.judge { prompt in
            let tries = counts.withLock { counts in
                counts[prompt, default: 0] += 1
                return counts[prompt] ?? 0
            }
            var dropped = StubServer.Response(body: "")
            dropped.isDropped = true
            let answers = [
                StubServer.Response(status: 429, headers: ["Retry-After": "0.02"], body: "{}"),
                StubServer.Response(status: 503, body: "busy"), dropped,
            ]
            return tries <= answers.count ? answers[tries - 1] : nil
        }
        defer { server.stop() }
        let plain = try DLCSample.judge()
        defer { plain.stop() }
        let whole = try DLCSample.withFolder { try DLCSample.judged($0, plain) }
        #expect(try DLCSample.withFolder { try DLCSample.judged($0, server) } == whole)
        // Two of the 15 prompts are equal.
        #expect(server.requests.count == 15 + 14 * 3)
    }

    /// Error of a run whose judge always answers the same, without the judge's URL, and the number of requests.
    private func end(_ response: StubServer.Response, _ settings: ChatRun.Settings = DLCSample.settings) throws -> (String, Int) {
        let server = try DLCSample.judge { _ in response }
        defer { server.stop() }
        let told = try DLCSample.withFolder { folder in message { try DLCSample.judged(folder, server, settings) } }
        return (told.replacing("judge \(server.base)/chat/completions: ", with: ""), server.requests.count)
    }

    @Test func permanentFailuresEndTheRunWithTheServicesMessage() throws {
        var settings = DLCSample.settings
        (settings.retries, settings.parallel) = (2, 1)
        let refused = StubServer.Response(status: 401, body: "{\"error\": {\"message\": \"wrong key\"}}")
        #expect(try end(refused, settings) == ("found HTTP 401: wrong key, expected an answer", 1))
        let busy = StubServer.Response(status: 500, body: "over  load\n")
        #expect(try end(busy, settings) == ("found HTTP 500: over load, at try 3, expected an answer", 3))
        let other = try end(StubServer.Response(body: "<html>")).0
        #expect(other == "found an answer that is no chat completion (<html>), expected OpenAI's interface")
        let long = StubServer.Response(status: 429, headers: ["Retry-After": "999999999999999999999"], body: "later")
        #expect(try end(long, settings) == ("found HTTP 429: later, and to ask again in 1e+21 s, expected an answer within an hour", 1))
        let huge = StubServer.Response(data: Data(repeating: UInt8(ascii: " "), count: 17 << 20))
        #expect(try end(huge, settings) == ("found an answer of more than 16 MB, expected OpenAI's interface", 1))
    }

    @Test func aSilentJudgeTimesOut() throws {
        let counts = Mutex(0)
        let server = try DLCSample.judge { _ in
            let isFirst = counts.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst { Thread.sleep(forTimeInterval: 4) }
            return nil
        }
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            var settings = DLCSample.settings
            settings.parallel = 1
            let retries = Mutex(0)
            try DLCSample.judged(folder, server, settings, timeout: 1) { progress in
                if case .retry = progress { retries.withLock { $0 += 1 } }
            }
            #expect(retries.withLock { $0 } == 1 && server.requests.count == 16)
        }
    }

    @Test func theLimitCountsRequestsAndKeepsAnswers() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            var settings = DLCSample.settings
            (settings.limit, settings.parallel) = (9, 1)
            let told = message { try DLCSample.judged(folder, server, settings) }
            #expect(
                told == "--limit 9: found answers missing after that many requests, expected a higher limit; the answers so far are kept")
            settings.limit = 6
            try DLCSample.judged(folder, server, settings)
            #expect(server.requests.count == 15)
        }
    }

    @Test func anUnreadableRecognitionAnswerIsAskedForAgain() throws {
        let server = try DLCSample.judge { $0.contains("A. Yes") && $0.contains("lamp") ? DLCSample.completion("Perhaps") : nil }
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            try DLCSample.judged(folder, server)
            #expect(server.requests.count == 16)
            let judgement = try DLCJudgement(DLCSample.files(folder), mayBeNew: false)
            let lamp = try #require(try judgement.results().last)
            #expect(!lamp.isRecognised && lamp.recognition.reading.choice == nil && lamp.positiveScore <= 0)
            let report = try #require(try DLCSample.report(judgement))
            #expect(report.unread.map(\.region) == ["5"] && report.unread.map(\.answer) == ["Perhaps"] && report.hasUnreadRecognition)
        }
    }

    @Test func answersToOtherCaptionsAreNotReplacedByDefault() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            let cache = try DLCSample.judged(folder, server), captions = folder.appending(path: "captions.json")
            let text = try String(contentsOf: captions, encoding: .utf8)
            try Data(text.replacing("A long vehicle.", with: "A yellow bus.").utf8).write(to: captions)
            #expect(message { try DLCSample.judged(folder, server) }.contains("answers about 1 regions to other captions"))
            #expect(try Data(contentsOf: folder.appending(path: "captions_eval.json")) == cache)
            var files = DLCSample.files(folder)
            #expect(message { _ = try DLCJudgement(files, mayBeNew: false).results() }.contains(
                "found no answer to the recognition question of region 12 (4 answers are missing)"))
            files.trustsCache = true
            let trusted = try DLCJudgement(files, mayBeNew: false).results()
            #expect(trusted[2].caption == "A yellow bus." && trusted.count == 4)
            var judgement = try DLCJudgement(DLCSample.files(folder), mayBeNew: true)
            let before = server.requests.count
            try judgement.ask(DLCSample.endpoint(server), settings: DLCSample.settings, overwrites: true) { _ in }
            #expect(server.requests.count - before == 4)
        }
    }

    @Test func aJournalOfAnotherJudgeIsRefused() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            #expect(throws: Stop.self) {
                try DLCSample.judged(folder, server) { if case .answered(3, _) = $0 { throw Stop() } }
            }
            let told = message { try DLCSample.judged(folder, server, model: "other") }
            #expect(told.hasSuffix("captions_eval.json.journal: found answers of stub, expected other's, or another --cache"))
        }
    }
}
