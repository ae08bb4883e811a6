import Foundation
import TestSupport
import Testing

/// If these fail, `evaluate dlc-bench` prints scores that differ from its files, or loses answers when it is stopped.
struct DLCBenchCommandTests {
    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
        try CommandRun(["evaluate", "dlc-bench"] + arguments, environment: environment)
    }

    @Test func captionsAreJudgedAndScored() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            let captions = folder.appending(path: "captions.json").path, cache = folder.appending(path: "captions_eval.json").path
            let page = folder.appending(path: "page.html").path, table = folder.appending(path: "table.csv").path
            let judged = try run(
                [folder.path, "--outputs", captions, "--judge-url", server.base, "--judge-model", "stub", "--report", page, "--csv", table],
                environment: ["DAMVIDEO_JUDGE_KEY": "secret"])
            #expect(judged.status == 0 && judged.errors.isEmpty)
            #expect(server.requests.count == 15 && server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
            let text = String(decoding: judged.output, as: UTF8.self)
            #expect(text.contains("recognised: 3 of 4") && text.contains("own wording (damvideo-1), not comparable with published figures"))
            for path in [page, table, cache] { #expect(FileManager.default.fileExists(atPath: path)) }
            let line = try run([folder.path, "--cache", cache, "--offline", "--csv-line"])
            let figures = String(decoding: line.output, as: UTF8.self)
            #expect(line.status == 0 && figures.wholeMatch(of: #/-?\d\.\d{3},-?\d\.\d{3},-?\d\.\d{3}\n/#) != nil)
            #expect(text.contains("Summary (Pos\tNeg\tAvg(Pos, Neg)):\t" + figures.dropLast().replacing(",", with: ",\t")))
            let copy = folder.appending(path: "copy.json").path
            let compared = try run([folder.path, "--cache", cache, "--against", cache, "--save-cache", copy])
            #expect(String(decoding: compared.output, as: UTF8.self).contains("4 regions: +0.000, 95 % interval +0.000 to +0.000"))
            #expect(try Data(contentsOf: URL(filePath: copy)) == Data(contentsOf: URL(filePath: cache)))
            #expect(try run([folder.path, "--cache", cache, "--save-cache", copy]).status == 73)
        }
    }

    @Test func regionsAreCaptionedByTheModel() throws {
        try DLCSample.withFolder { folder in
            let own = folder.appending(path: "own.json").path
            let captioned = try run([folder.path, "--outputs", own, "--model", Fixtures.model(.damA), "--offline", "--quiet"])
            #expect(captioned.status == 65)
            #expect(captioned.errors.contains(
                "own_eval.json: found no answer to the recognition question of region 7 (15 answers are missing)"))
            let text = try String(contentsOfFile: own, encoding: .utf8)
            #expect(text.matches(of: #/\n    "(\d+)": /#).map { String($0.1) } == ["3", "5", "7", "12"])
            #expect(text.hasSuffix("    \"query\": \"<image>\\nDescribe the masked region in detail.\"\n}"))
        }
    }

    @Test func reportsAnswersWithoutAChoice() throws {
        let server = try DLCSample.judge { $0.contains("A. Yes") && $0.contains("lamp") ? DLCSample.completion("Perhaps") : nil }
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            let captions = folder.appending(path: "captions.json").path
            let judged = try run([folder.path, "--outputs", captions, "--judge-url", server.base, "--judge-model", "stub"])
            #expect(judged.status == 3)
            #expect(judged.errors.contains("region 5: the answer to the recognition question says none of the choices: Perhaps"))
        }
    }

    @Test func aStoppedRunKeepsItsAnswers() throws {
        let server = try DLCSample.judge { $0.contains("shade.") ? StubServer.Response(status: 503, body: "later") : nil }
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            let arguments = ["evaluate", "dlc-bench", folder.path, "--outputs", folder.appending(path: "captions.json").path]
            let judge = ["--judge-url", server.base, "--judge-model", "stub", "--parallel", "1"]
            let stopped = try CommandRun(arguments + judge, interruptingAfter: "later; trying again")
            #expect(stopped.status == 130 && stopped.errors.contains("interrupted"))
            let text = try String(contentsOf: folder.appending(path: "captions_eval.json"), encoding: .utf8)
            #expect(text.matches(of: #/\n    "(\d+)": /#).map { String($0.1) } == ["7", "3", "12"])
        }
    }

    @Test(arguments: [
        ["--judge-url", "http://x"], ["--csv-line", "--json"], ["--model", "x"], ["--judge-url", "x", "--judge-model", "m"], [],
    ])
    func refusesInvalidArguments(arguments: [String]) throws {
        #expect(try DLCSample.withFolder { try run([$0.path] + arguments) }.status == 64)
    }
}
