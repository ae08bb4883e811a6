import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, a cluster's job hangs, loses results, or ends because of one invalid clip.
struct WorkerCommandTests {
    private static let image = Fixtures.path("goldens/dam-a/media/astronaut.png")
    private static let mask = Fixtures.path("goldens/dam-a/media/astronaut_face.png")
    private static let picture = ["image": image, "mask": mask]
    private static var brief: [String: Any] { ["generation": ["max_new_tokens": 2]] }
    /// At least some seconds of work.
    private static var long: [String: Any] { ["generation": ["max_new_tokens": 100_000, "num_beams": 8]] }
    private static var courtyard: [String: Any] { ["clip": Courtyard.clip, "masks": Courtyard.masks] }

    private func run(_ lines: [String], _ arguments: [String] = []) throws -> (lines: [[String: Any]], status: Int32) {
        let run = try CommandRun(
            ["worker", "--model", Fixtures.model(.damA), "--quiet"] + arguments, input: Data(lines.map { $0 + "\n" }.joined().utf8))
        #expect(run.errors.isEmpty, "\(run.errors)")
        let results = try run.text.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
        return (results, run.status)
    }

    @Test func jobsEqualCommands() throws {
        try withClips(1) { folder in
            let clip: [String: Any] = ["clip": folder.clip(0), "masks": folder.masks + "/a.txt"]
            let (lines, status) = try run([
                job("p", "describe", Self.picture, Self.brief), job("c", "caption", clip, Self.brief),
                job("f", "caption", clip, Self.brief.merging(["output": folder.path + "/out/"]) { $1 }),
                job("again", "caption", clip, Self.brief.merging(["output": ["path": folder.path + "/out", "format": ["jsonl"]]]) { $1 }),
            ])
            #expect(status == 0)
            #expect(lines.map { $0["id"] as? String } == ["p", "c", "f", "again"])
            let described = try CommandRun(
                ["describe", Self.image, "--mask", Self.mask, "--model", Fixtures.model(.damA), "--max-new-tokens", "2"])
            #expect((lines[0]["description"] as? String).map { $0 + "\n" } == described.text)

            let captioned = try CommandRun(
                ["caption", folder.clip(0), "--masks", folder.masks + "/a.txt", "--model", Fixtures.model(.damA), "--max-new-tokens", "2",
                 "--format", "jsonl", "--format", "json", "-o", folder.path + "/one.jsonl"])
            #expect(captioned.status == 0, "\(captioned.errors)")
            let document = try JSONSerialization.data(withJSONObject: lines[1]["document"] ?? [:])
            let own = try JSONDecoder().decode(CaptionDocument.self, from: document)
            let expected = try JSONDecoder().decode(CaptionDocument.self, from: Data(contentsOf: URL(filePath: folder.path + "/one.json")))
            #expect(own.tracks.map(\.caption) == expected.tracks.map(\.caption))
            #expect(own.video == expected.video && own.model == expected.model)
            #expect(lines[2]["files"] as? [String] == [folder.path + "/out/a.damvideo.jsonl"])
            #expect(lines[3]["error"] == nil)
            let lines1 = try String(contentsOfFile: folder.path + "/out/a.damvideo.jsonl", encoding: .utf8)
            let lines2 = try String(contentsOfFile: folder.path + "/one.jsonl", encoding: .utf8)
            #expect(withoutSeconds(lines1) == withoutSeconds(lines2))
        }
    }

    /// Each invalid line is answered, and the valid one after them gets its result.
    @Test func invalidLinesDoNotEndTheWorker() throws {
        let lines = [
            "", "   ", "nonsense", "[1]", "{\"id\":1,\"describe\":{}}", "{\"id\":\"a\"}", "{\"id\":\"a\",\"caption\":{},\"describe\":{}}",
            "{\"id\":\"a\",\"caption\":{\"clip\":\"x.mp4\"}}",
            "{\"id\":\"a\",\"caption\":{\"clip\":\"x.mp4\",\"masks\":\"m\",\"find\":\"motion\"}}",
            "{\"id\":\"a\",\"caption\":{\"clip\":\"x.mp4\",\"masks\":\"m\",\"options\":{\"frame\":3}}}",
            "{\"id\":\"a\",\"describe\":{\"image\":\"x.png\"},\"generation\":{\"temprature\":0}}",
            "{\"id\":\"a\",\"describe\":{\"image\":\"x.png\"},\"outputs\":\"y\"}", String(repeating: "[", count: 100_000),
            "{\"cancel\":\"nobody\"}", "{\"cancel\":3}",
            try job("good", "describe", Self.picture, Self.brief),
        ]
        let (results, status) = try run(lines)
        #expect(status == 0)
        let refused = results.filter { $0["line"] != nil }
        #expect(refused.map { $0["line"] as? Int } == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15])
        #expect(refused.allSatisfy { $0.failure == "invalid_input 65" })
        // Clients that wait for a job's line receive it.
        #expect(refused.map { $0["id"] as? String } == [nil, nil, nil] + Array(repeating: "a", count: 7) + [nil, nil])
        func message(_ line: Int) -> String {
            let result = results.first { $0["line"] as? Int == line }
            return (result?["error"] as? [String: Any])?["message"] as? String ?? ""
        }
        #expect(message(9) == "line 9: caption: found find and masks, expected one of masks, regions, prompts, detections, detector, find")
        #expect(message(10).contains("the key options.frame") && message(11).contains("temprature") && message(12).contains("outputs"))
        #expect(results.contains { $0["cancel"] as? String == "nobody" && $0["found"] as? Bool == false })
        #expect(results.contains { $0["id"] as? String == "good" && $0["description"] != nil })
    }

    @Test func oversizedLinesAreSkipped() throws {
        let huge = "{\"id\":\"" + String(repeating: "x", count: LineReader.longestLine) + "\"}"
        let (results, status) = try run([huge, job("good", "describe", Self.picture, Self.brief)])
        #expect(status == 0 && results.count == 2)
        #expect(results.contains { $0["line"] as? Int == 1 && $0.failure == "invalid_input 65" })
        #expect(results.contains { $0["id"] as? String == "good" && $0["description"] != nil })
    }

    /// The exit codes of commands.
    @Test func errorsHaveCategories() throws {
        try withTemporaryDirectory { folder in
            let out = folder.appending(path: "x.jsonl").path
            try Data("mine".utf8).write(to: URL(filePath: out))
            let (results, status) = try run([
                job("clip", "caption", ["clip": "/none.mp4", "masks": Courtyard.masks]),
                job("bad", "caption", ["clip": Courtyard.clip, "masks": out]),
                job("stdin", "caption", ["clip": "-", "masks": Courtyard.masks]),
                job("track", "caption", Self.courtyard.merging(["options": ["tracks": [99]]]) { $1 }),
                job("taken", "caption", Self.courtyard, Self.brief.merging(["output": ["path": out, "resume": false]]) { $1 }),
                job("folder", "caption", Self.courtyard, ["output": "/none/x.jsonl"]),
                job("click", "describe", ["image": Self.image, "prompt": ["points": [["x": 1, "y": 1, "isForeground": true]]]]),
            ])
            #expect(status == 0)
            let found = Dictionary(uniqueKeysWithValues: results.map { result in
                (result["id"] as? String ?? "line \(result["line"] ?? 0)", result.failure ?? "")
            })
            #expect(found == [
                "clip": "not_found 66", "bad": "invalid_input 65", "stdin": "usage 64", "track": "invalid_input 65",
                "taken": "output_exists 73", "folder": "input_output 74", "click": "usage 64",
            ])
            #expect(try String(contentsOfFile: out, encoding: .utf8) == "mine")
        }
    }

    @Test func jobsCanBeCancelled() throws {
        let worker = try WorkerProcess()
        try worker.send(job("running", "caption", Self.courtyard, Self.long))
        try worker.send(job("waiting", "describe", Self.picture, Self.long))
        try worker.send(job("running", "describe", Self.picture))
        try worker.send("{\"cancel\":\"waiting\"}")
        try worker.send("{\"cancel\":\"running\"}")
        try worker.send(job("last", "describe", Self.picture, Self.brief))
        try worker.endInput()
        let (lines, status) = try worker.rest()
        #expect(status == 0)
        #expect(lines.filter { $0["line"] != nil }.map(\.failure) == ["usage 64"])
        #expect(lines.compactMap { $0["cancel"] as? String } == ["waiting", "running"])
        #expect(lines.filter { $0["id"] as? String == "waiting" }.map(\.failure) == ["cancelled 130"])
        #expect(lines.filter { $0["id"] as? String == "running" }.map(\.failure) == ["cancelled 130"])
        #expect(lines.last?["description"] != nil)
    }

    /// The running job and the waiting ones are handed back, one line each; finished tracks are in their files.
    @Test func aPreemptedWorkerHandsJobsBack() throws {
        try withTemporaryDirectory { folder in
            let worker = try WorkerProcess(["--heartbeat", "0.05", "--grace", "0"]), out = folder.path + "/"
            try worker.send(job("first", "caption", Self.courtyard, Self.long.merging(["output": out]) { $1 }))
            try worker.send(job("second", "describe", Self.picture))
            var line = try worker.next()
            func bothAreThere(_ line: [String: Any]?) -> Bool {
                let beat = line?["heartbeat"] as? [String: Any]
                return beat?["running"] as? [String] == ["first"] && beat?["waiting"] as? Int == 1
            }
            while line != nil, !bothAreThere(line) { line = try worker.next() }
            kill(worker.process.processIdentifier, SIGTERM)
            let (lines, status) = try worker.rest()
            #expect(status == 75)
            let answers = lines.filter { $0["heartbeat"] == nil }
            #expect(Set(answers.map { "\($0["id"] ?? "") \($0.failure ?? "")" }) == ["first handed_back 75", "second handed_back 75"])
        }
    }

    /// With grace a caption being generated is completed; every job gets one answer, whenever the signal comes.
    @Test func openCaptionsAreFinished() throws {
        let some: [String: Any] = ["generation": ["max_new_tokens": 100]]
        let whole = try run([job("first", "describe", Self.picture, some)]).lines.first?["description"] as? String
        let worker = try WorkerProcess(["--heartbeat", "0.02", "--grace", "120"])
        try worker.send(job("first", "describe", Self.picture, some))
        try worker.send(job("second", "describe", Self.picture, some))
        var answers: [[String: Any]] = []
        while let line = try worker.next() {
            guard let beat = line["heartbeat"] as? [String: Any] else {
                answers.append(line)
                continue
            }
            if beat["running"] as? [String] != [] { break }
        }
        kill(worker.process.processIdentifier, SIGTERM)
        let (lines, status) = try worker.rest()
        #expect(status == 75)
        answers += lines.filter { $0["heartbeat"] == nil }
        #expect(answers.compactMap { $0["id"] as? String }.sorted() == ["first", "second"])
        #expect(answers.allSatisfy { $0["description"] as? String == whole || $0.failure == "handed_back 75" })
    }

    @Test func anIdleWorkerEndsAtOnce() throws {
        let worker = try WorkerProcess()
        try worker.send(job("a", "describe", Self.picture, Self.brief))
        #expect(try worker.next()?["description"] != nil)
        kill(worker.process.processIdentifier, SIGTERM)
        #expect(try worker.rest().status == 75)
    }

    @Test func closedOutputEndsTheWorker() throws {
        let worker = try WorkerProcess()
        try worker.closeOutput()
        try worker.send(job("a", "describe", Self.picture, Self.brief))
        worker.process.waitUntilExit()
        #expect(worker.process.terminationStatus == 74)
    }

    /// A busy worker pauses reading, so that no list of jobs accumulates in memory: of ten jobs one is running, two wait, and the
    /// reader holds one.
    @Test func aBusyWorkerPausesReading() throws {
        let worker = try WorkerProcess(["--waiting", "2", "--heartbeat", "0.05"])
        try worker.send(job("first", "caption", Self.courtyard, Self.long))
        for index in 0..<9 { try worker.send(job("\(index)", "describe", Self.picture, Self.brief)) }
        var waiting = 0
        while waiting < 2, let line = try worker.next() {
            waiting = (line["heartbeat"] as? [String: Any])?["waiting"] as? Int ?? 0
        }
        #expect(waiting == 2)
        kill(worker.process.processIdentifier, SIGINT)
        let (lines, status) = try worker.rest()
        #expect(status == 130)
        let beats = lines.compactMap { ($0["heartbeat"] as? [String: Any])?["waiting"] as? Int }
        #expect(beats.allSatisfy { $0 <= 2 })
        let back = lines.filter { $0.failure == "handed_back 75" }.compactMap { $0["id"] as? String }
        #expect(Set(["first", "0", "1"]).isSubset(of: back))
    }

    @Test func concurrentJobsGiveTheSameResults() throws {
        let jobs = try (0..<6).map { try job("\($0)", "describe", Self.picture, Self.brief) }
        let one = try run(jobs), many = try run(jobs, ["--parallel", "3"])
        func texts(_ lines: [[String: Any]]) -> [String: String] {
            Dictionary(uniqueKeysWithValues: lines.map { ($0["id"] as? String ?? "", $0["description"] as? String ?? "") })
        }
        #expect(texts(one.lines) == texts(many.lines) && one.lines.count == 6)
        #expect(one.lines.map { $0["id"] as? String } == (0..<6).map(String.init))
    }
}
