import Evaluation
import Foundation
import TestSupport
import Testing

extension DLCSample {
    static func report(_ judgement: DLCJudgement, seed: UInt64 = 0) throws -> DLCReport? {
        DLCReport(
            try judgement.results(), annotations: judgement.benchmark.annotations, wording: judgement.wording, judge: nil,
            missing: judgement.captions.missing, bootstrap: Bootstrap(seed: seed))
    }

    /// Answers by question index, that of the recognition question first.
    static func judgement(_ answers: [String: [String]], in folder: URL) throws -> DLCJudgement {
        let judge = try judge { prompt in
            let key = keys.first { prompt.contains((captions[$0] ?? "") + "\n") } ?? ""
            let list = answers[key] ?? []
            if prompt.contains("A. Yes") { return completion(list[0]) }
            let place = prompt.contains("boat") ? 3 : prompt.contains("wheel") ? 2 : 1
            return completion(list[place])
        }
        defer { judge.stop() }
        try judged(folder, judge)
        return try DLCJudgement(files(folder), mayBeNew: false)
    }
}

/// If these fail, scores differ from the published program's for the same answers.
struct ScoreTests {
    private let answers = [
        "7": ["Yes", "a", "c", "b"],  // 1; 1, 1
        "3": ["Yes", "c", "b", "b"],  // 0.5; -1, 1
        "12": ["No", "a", "b", "b"],  // 1, gated 0; -1, 1 gated 0
        "5": ["a. yes", "d"],  // -1, -1; none
    ]

    @Test func scoresAreMeansOverRegions() throws {
        try DLCSample.withFolder { folder in
            let judgement = try DLCSample.judgement(answers, in: folder), results = try judgement.results()
            #expect(results.map(\.positiveScore) == [1, 0.5, 0, -1] && results.map(\.negativeScore) == [1, 0, -0.5, nil])
            #expect(results.map(\.score) == [1, 0.5 / 3, -1.0 / 3, -1] && results.map(\.isRecognised) == [true, true, false, true])
            let report = try #require(try DLCSample.report(judgement))
            #expect(report.scores.positive == 0.125 && report.scores.negative == 0.5 / 3)
            #expect(report.scores.average == (0.125 + 0.5 / 3) / 2 && report.recognised == 3)
            #expect(report.overQuestions["positive"]?.mean == -0.1 && report.overQuestions["positive"]?.questions == 5)
            #expect(report.bySubtype["negative part"]?.mean == -1.0 / 3 && report.bySubtype["salient negative"]?.mean == 2.0 / 3)
            #expect(report.bySize["S"]?.positive == 0.75 && report.bySize["L"]?.negative == -0.5)
            #expect(report.byAttribute["size"]?.questions == 5 && report.byClass["lamp"]?.negative == nil)
            #expect(report.rules == ["1": 15] && report.unread.isEmpty)
        }
    }

    @Test func theCacheHasPythonsNumberFormats() throws {
        try DLCSample.withFolder { folder in
            _ = try DLCSample.judgement(answers, in: folder)
            let text = try String(contentsOf: folder.appending(path: "captions_eval.json"), encoding: .utf8)
            let results = text.matches(of: #/"eval_result": (.+)/#).map { String($0.1) }
            #expect(results == [
                "1", "1", "1", "\"correct\"", "0.5", "-1", "1", "\"correct\"", "0", "-1", "0", "\"incorrect\"", "-1", "-1", "\"correct\"",
            ])
            #expect(text.matches(of: #/"score(?:_pos|_neg)?": (.+),/#).map { String($0.1) } == [
                "1.0", "1.0", "1.0", "0.16666666666666666", "0.5", "0.0", "-0.3333333333333333", "0.0", "-0.5", "-1.0", "-1.0", "null",
            ])
            #expect(text.hasSuffix("    \"avg_pos\": 0.125,\n    \"avg_neg\": 0.16666666666666666\n}"))
        }
    }

    @Test func intervalsComeFromTheSeed() throws {
        try DLCSample.withFolder { folder in
            let judgement = try DLCSample.judgement(answers, in: folder)
            let first = try #require(try DLCSample.report(judgement)), again = try #require(try DLCSample.report(judgement))
            #expect(first.intervals == again.intervals && first.intervals.count == 3)
            let interval = try #require(first.intervals["positive"])
            #expect(interval.low < 0.125 && interval.high > 0.125 && interval.low >= -1 && interval.high <= 1)
        }
        // The mean of a hundred fair coin tosses is within two standard errors of one half.
        let ends = Bootstrap(seed: 3).intervals(of: 100) { places in [Double(places.count { $0 < 50 }) / 100, nil] }
        let range = try #require(ends[0])
        #expect(abs(range.lowerBound - 0.402) < 0.02 && abs(range.upperBound - 0.598) < 0.02 && ends[1] == nil)
    }

    @Test func modelsAreComparedRegionByRegion() throws {
        let other = try DLCSample.withFolder { folder in
            _ = try DLCSample.judgement(answers, in: folder)
            return try DLCCache(path: folder.appending(path: "captions_eval.json").path).results
        }
        try DLCSample.withFolder { folder in
            var better = answers
            better["3"] = ["Yes", "a", "c", "b"]
            let results = try DLCSample.judgement(better, in: folder).results()
            let comparison = try DLCReport.Comparison(results, with: other, cache: "x", bootstrap: Bootstrap())
            #expect(comparison.regions == 4 && abs(comparison.difference - (0.125 + 1.0 / 3) / 2) < 1e-12)
            let interval = try #require(comparison.interval)
            #expect(interval.low == 0 && interval.high > comparison.difference)
            #expect(throws: (any Error).self) {
                try DLCReport.Comparison(Array(results.prefix(1)), with: Array(other.suffix(1)), cache: "x", bootstrap: Bootstrap())
            }
        }
    }

    @Test func theTableHasOneRowPerQuestion() throws {
        try DLCSample.withFolder { folder in
            let judgement = try DLCSample.judgement(answers, in: folder)
            let table = DLCTable.csv(try judgement.results(), annotations: judgement.benchmark.annotations)
            let rows = String(decoding: table, as: UTF8.self).components(separatedBy: "\r\n")
            #expect(rows.count == 17)
            #expect(rows[0] == "key,image,class,type,subtype,question_index,choices,answer,rule,index,score,gated_score,recognised,caption")
            #expect(rows[2].hasPrefix("7,a.ppm,red apple,positive,,0,"))
            #expect(rows[2].hasSuffix(#",a,1,0,1,1,1,"A round apple, shiny — ""red"".""#))
            #expect(rows[10].hasSuffix(",a,1,0,1,0,0,A long vehicle."))
        }
    }

    /// Set DAMVIDEO_DLC_BENCH to a folder with the benchmark's files and the published caches NAME_eval.json.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["DAMVIDEO_DLC_BENCH"] != nil))
    func publishedCachesAreRebuilt() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["DAMVIDEO_DLC_BENCH"])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix("_eval.json") }
        #expect(!names.isEmpty)
        for name in names {
            var files = DLCJudgement.Files()
            (files.folder, files.cache) = (folder, folder + "/" + name)
            let judgement = try DLCJudgement(files, mayBeNew: false)
            try withTemporaryDirectory { own in
                let path = own.appending(path: name).path
                try judgement.writeCache(to: path, replaces: false)
                #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: folder + "/" + name)))
            }
            let results = try judgement.results(), scores = try #require(DLCScores(results))
            if name == "dam_3b_v1_eval.json" {
                #expect(abs(scores.positive - 0.510167) < 5e-7 && scores.negative.map { abs($0 - 0.83) < 5e-7 } == true)
                #expect(abs(scores.average - 0.670083) < 5e-7 && results.count { $0.isRecognised } == 92)
            }
        }
    }
}
