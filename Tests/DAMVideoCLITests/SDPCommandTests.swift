import Foundation
import Synchronization
import TestSupport
import Testing

/// If these fail, `damvideo sdp` loses regions or captions between annotations and training data, or gives different ones when it
/// is sharded, killed, or run again. Runs all steps on the sample clips, with the sample model and a service that checks its
/// input.
@Suite(.serialized) struct SDPCommandTests {
    /// Rules that accept every object of the clips.
    private static let all = ["--min-area", "1", "--min-share", "0", "--min-part", "0", "--min-side", "1", "--duplicate-iou", "1"]

    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
        try CommandRun(["sdp"] + arguments, environment: environment)
    }

    /// Runs `body` with the sample clips, whose masks have class labels from their facts, and the number of objects in them.
    private func withClips<Result>(_ names: [String]? = nil, _ body: (URL, Int) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            let clips = URL(filePath: Fixtures.sample("scenes/clips")), own = folder.appending(path: "clips")
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
            var count = 0
            let found = try FileManager.default.contentsOfDirectory(atPath: clips.path).filter { Int($0) != nil }.sorted()
            for name in names ?? found {
                let copy = own.appending(path: name)
                try FileManager.default.copyItem(at: clips.appending(path: name), to: copy)
                let facts = try JSONSerialization.jsonObject(with: Data(contentsOf: copy.appending(path: "facts.json"))) as? [String: Any]
                let tracks = (facts?["tracks"] as? [String: [String: Any]] ?? [:]).compactMapValues { $0["name"] as? String }
                try JSONEncoder().encode(tracks).write(to: copy.appending(path: "masks/damvideo-labels.json"))
                count += tracks.count
            }
            return try body(folder, count)
        }
    }

    /// Records of a file by id.
    private func records(_ path: String) throws -> [[String: Any]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func expectEqual(_ one: String, _ other: String) throws {
        #expect(try Data(contentsOf: URL(filePath: one)) == Data(contentsOf: URL(filePath: other)), "\(one) and \(other) differ")
    }

    @Test func fromMasksToTrainingData() throws {
        try withClips { folder, count in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = ["--media-root", folder.path], clips = path("clips"), model = ["--model", Fixtures.sample("model")]
            let regions = try run(["regions", clips, "-o", path("regions.jsonl"), "--name", "scenes"] + root + Self.all)
            #expect(regions.status == 0, "\(regions.errors)")
            let found = try records(path("regions.jsonl"))
            #expect(found.count == count && found.allSatisfy { ($0["masks"] as? [Any])?.count ?? 0 > 0 && $0["label"] is String })

            let captions = path("captions.jsonl"), caption = ["caption", path("regions.jsonl"), "-o", captions, "--samples",
                "2"] + root + model
            let whole = try run(caption)
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(try run(caption).errors.contains("there already"))
            for shard in ["0/3", "1/3"] { #expect(try run(caption + ["--shard", shard]).status == 0) }
            let last = try run(caption + ["--shards", "3"], environment: ["JOB_COMPLETION_INDEX": "2"])
            #expect(last.status == 0, "\(last.errors)")
            let shards = (0..<3).map { path("captions-0000\($0)-of-00003.jsonl") }
            let merged = try CommandRun(["merge"] + shards + ["-o", path("merged.jsonl")])
            #expect(merged.status == 0 && merged.errors.contains("\(count) regions; nothing is missing or duplicated"), "\(merged.errors)")
            try expectEqual(path("merged.jsonl"), captions)
            #expect(try CommandRun(["merge", shards[0], shards[2], "--check"]).status == 65)

            try kill(caption + ["-o", path("killed.jsonl")], output: path("killed.jsonl"))
            #expect(try run(Array(caption.prefix(2)) + ["-o", path("killed.jsonl")] + caption.dropFirst(4)).status == 0)
            try expectEqual(path("killed.jsonl"), captions)

            #expect(try run(["score", captions, "-o", path("text.jsonl")]).status == 0)
            let margin = try run(["score", path("text.jsonl"), "-o", path("scored.jsonl"), "--margin"] + root + model)
            #expect(margin.status == 0, "\(margin.errors)")
            let scored = try records(path("scored.jsonl")).compactMap { $0["scores"] as? [String: Any] }
            #expect(scored.count == count && scored.allSatisfy { $0["consistency"] != nil && $0["mean_logprob"] != nil })
            // The model describes its own region better than another one, nearly always.
            let margins = scored.compactMap { $0["margin"] as? Double }
            #expect(margins.count > count / 2 && margins.count { $0 > 0 } * 10 >= margins.count * 8, "\(margins)")
            // Captions use other words for some classes, such as "man" for "person".
            #expect(scored.count { $0["keyword"] as? Bool == true } * 2 >= count)

            let filter = ["filter", path("scored.jsonl"), "-o", path("kept.jsonl"), "--keep", "mean_logprob=0.6", "--choose", "medoid"]
            #expect(try run(filter).status == 0)
            let kept = try records(path("kept.jsonl")), good = kept.count { $0["kept"] as? Bool == true }
            #expect(kept.count == count && good >= count * 6 / 10 && good < count)
            #expect(try run(["shorten", path("kept.jsonl"), "-o", path("multi.jsonl")]).status == 0)

            for format in ["jsonl", "llava", "webdataset"] {
                let made = try run(["export", path("multi.jsonl"), "-o", path(format), "--format", format, "--splits",
                    "train=0.5,val=0.5"] + root)
                #expect(made.status == 0, "\(made.errors)")
            }
            let lines = try ["train", "val"].flatMap { try records(path("jsonl/\($0).jsonl")) }
            #expect(lines.count == good)
            let media = try ["train", "val"].map { Set(try records(path("jsonl/\($0).jsonl")).compactMap { $0["media"] as? String }) }
            #expect(media[0].isDisjoint(with: media[1]))
            let talks = try ["train", "val"].flatMap { name -> [Any] in
                let data = try Data(contentsOf: folder.appending(path: "llava/\(name).json"))
                return try JSONSerialization.jsonObject(with: data) as? [Any] ?? []
            }
            #expect(talks.count == good)
            // The published format has no clips.
            #expect(try run(["export", path("multi.jsonl"), "-o", path("dam"), "--format", "dam"] + root).status == 65)

            let files = ["regions.jsonl", "captions.jsonl", "kept.jsonl"].map(path)
            let report = try run(["report"] + files + ["-o", path("report.html"), "--json"] + root)
            #expect(report.status == 0, "\(report.errors)")
            let json = try #require(JSONSerialization.jsonObject(with: report.output) as? [String: Any])
            #expect((json["stages"] as? [[String: Any]])?.map { $0["records"] as? Int } == [count, count, count])
            let page = try String(contentsOfFile: path("report.html"), encoding: .utf8)
            #expect(page.contains("At the threshold of margin") && page.components(separatedBy: "<figure>").count == 3 * margins.count + 1)
        }
    }

    /// Starts the program and kills it once it has written some lines.
    private func kill(_ arguments: [String], output: String) throws {
        var own = arguments
        if let place = own.firstIndex(of: "-o") { own.removeSubrange(place...place + 1) }
        let process = Process()
        (process.executableURL, process.arguments) = (CommandRun.executable, ["sdp"] + own)
        process.standardError = FileHandle.nullDevice
        try CommandRun.start(process)
        while process.isRunning {
            let lines = (try? Data(contentsOf: URL(filePath: output)))?.count { $0 == UInt8(ascii: "\n") } ?? 0
            if lines >= 3 { Foundation.kill(process.processIdentifier, SIGKILL) }
            Thread.sleep(forTimeInterval: 0.01)
        }
        process.waitUntilExit()
    }

    @Test func aServiceIsShownRegionsAndToldTheirClasses() throws {
        // Two pictures per frame, the first no smaller than the second, and the class in the text.
        let server = try StubServer { request in
            guard let json = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any],
                let content = ((json["messages"] as? [[String: Any]])?.last?["content"]) as? [[String: Any]],
                let text = content.last?["text"] as? String
            else { return StubServer.Response(status: 400, body: "{}") }
            let pictures = content.dropLast().compactMap { ($0["image_url"] as? [String: String])?["url"] }
            let sizes = pictures.map { Self.size(ofJPEG: $0) }
            let areWhole = sizes.count % 2 == 0 && stride(from: 0, to: sizes.count, by: 2).allSatisfy {
                sizes[$0].0 >= sizes[$0 + 1].0 && sizes[$0].1 >= sizes[$0 + 1].1 && sizes[$0 + 1].0 > 0
            }
            let label = text.firstMatch(of: /Describe the ([a-z ]+) as fully/).map { String($0.1) }
            guard areWhole, let label, pictures.count <= 16 else { return StubServer.Response(status: 400,
                body: "{\"error\": {\"message\": \"bad\"}}") }
            return DLCSample.completion("A \(label) that is in \(pictures.count / 2) frames.")
        }
        defer { server.stop() }
        try withClips(["600008", "600036"]) { folder, count in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = ["--media-root", folder.path], service = ["--endpoint", server.base, "--endpoint-model", "stub"]
            #expect(try run(["regions", path("clips"), "-o", path("regions.jsonl"), "--name", "scenes"] + root + Self.all).status == 0)
            let caption = ["caption", path("regions.jsonl"), "-o", path("captions.jsonl"), "--note", "made by a stub"] + root + service
            let made = try run(caption)
            #expect(made.status == 0, "\(made.errors)")
            #expect(server.requests.count == count)
            for record in try records(path("captions.jsonl")) {
                let text = (record["captions"] as? [[String: Any]])?.first?["text"] as? String
                let frames = (record["masks"] as? [Any])?.count ?? 0
                #expect(text == "A \(record["label"] as? String ?? "") that is in \(frames) frames.")
                #expect((record["captioner"] as? [String: Any])?["note"] as? String == "made by a stub")
            }
            #expect(try run(caption).status == 0 && server.requests.count == count)
            #expect(!FileManager.default.fileExists(atPath: path("captions.jsonl.journal")))
            let judge = try StubServer { _ in DLCSample.completion("Yes.") }
            defer { judge.stop() }
            let score = ["score", path("captions.jsonl"), "-o", path("scored.jsonl"), "--endpoint", judge.base, "--endpoint-model", "judge"]
            #expect(try run(score + root).status == 0)
            let verdicts = try records(path("scored.jsonl")).compactMap { ($0["scores"] as? [String: Any])?["verdict"] as? Bool }
            #expect(verdicts == Array(repeating: true, count: count))
        }
    }

    @Test func unusableAnswersAreCounted() throws {
        let server = try StubServer { _ in DLCSample.completion("Perhaps; no, yes.") }
        defer { server.stop() }
        try withClips(["600008"]) { folder, count in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = ["--media-root", folder.path], service = ["--endpoint", server.base, "--endpoint-model", "stub"]
            #expect(try run(["regions", path("clips"), "-o", path("r.jsonl")] + root + Self.all).status == 0)
            #expect(try run(["caption", path("r.jsonl"), "-o", path("c.jsonl")] + root + service).status == 0)
            let score = try run(["score", path("c.jsonl"), "-o", path("s.jsonl")] + root + service)
            let shorten = try run(["shorten", path("s.jsonl"), "-o", path("m.jsonl")] + service)
            for step in [score, shorten] {
                #expect(step.status == 0 && step.errors.contains("\(count) regions; \(count) without a usable answer of the service"))
            }
            let made = try records(path("m.jsonl")), scores = made.compactMap { $0["scores"] as? [String: Any] }
            #expect(scores.count == count && scores.allSatisfy { $0["verdict"] is NSNull })
            let lengths = made.compactMap { $0["lengths"] as? [String: Any] }
            #expect(
                lengths.count == count
                    && lengths.allSatisfy { $0["unusable_answer"] as? Bool == true && $0["phrase"] as? String != nil })
            // A verdict that is missing drops a caption where one is required.
            let filter = try run(["filter", path("s.jsonl"), "-o", path("k.jsonl"), "--require", "verdict"])
            #expect(filter.status == 64 && filter.errors.contains("found no record with verdict"))
        }
    }

    /// An empty answer is none: the region fails, and is asked for by the next run. The service's own figures are kept.
    @Test func emptyAnswersAreAskedForAgain() throws {
        let text = Mutex("")
        let server = try StubServer { _ in
            let choice: [String: Any] = ["finish_reason": "length", "message": ["role": "assistant", "content": text.withLock { $0 }]]
            let object: [String: Any] = ["choices": [choice], "usage": ["completion_tokens": 7]]
            return StubServer.Response(data: (try? JSONSerialization.data(withJSONObject: object)) ?? Data())
        }
        defer { server.stop() }
        try withClips(["600008"]) { folder, count in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = ["--media-root", folder.path], service = ["--endpoint", server.base, "--endpoint-model", "stub"]
            #expect(try run(["regions", path("clips"), "-o", path("r.jsonl")] + root + Self.all).status == 0)
            let caption = ["caption", path("r.jsonl"), "-o", path("c.jsonl")] + root + service
            let empty = try run(caption)
            #expect(empty.status == 65 && empty.errors.contains("found an empty answer, twice, expected a caption"), "\(empty.errors)")
            #expect(try records(path("c.jsonl")).isEmpty && server.requests.count == 2 * count)
            text.withLock { $0 = "A red ball rolls over the" }
            #expect(try run(caption).status == 0)
            let captions = try records(path("c.jsonl")).compactMap { ($0["captions"] as? [[String: Any]])?.first }
            #expect(captions.count == count)
            #expect(captions.allSatisfy { $0["tokens"] as? Int == 7 && $0["finish_reason"] as? String == "length" })
        }
    }

    /// Nothing but an export is replaced by one.
    @Test func otherFoldersAreNotReplaced() throws {
        try withClips(["600008"]) { folder, count in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = ["--media-root", folder.path]
            #expect(try run(["regions", path("clips"), "-o", path("r.jsonl")] + root + Self.all).status == 0)
            let caption = try run(["caption", path("r.jsonl"), "-o", path("c.jsonl"), "--model", Fixtures.sample("model")] + root)
            #expect(caption.status == 0, "\(caption.errors)")
            try FileManager.default.createDirectory(atPath: path("mine"), withIntermediateDirectories: false)
            try Data("mine".utf8).write(to: folder.appending(path: "mine/notes.txt"))
            func export(_ place: String, _ more: String...) throws -> CommandRun {
                try run(["export", path("c.jsonl"), "-o", place, "--overwrite"] + root + more)
            }
            let inputs = try export(path("clips")), other = try export(path("mine"))
            #expect(inputs.status == 64 && inputs.errors.contains("clip.mp4, which is read"), "\(inputs.errors)")
            #expect(try export("/").status == 64)
            #expect(other.status == 73 && other.errors.contains("a folder that is no export"), "\(other.errors)")
            #expect(FileManager.default.fileExists(atPath: path("mine/notes.txt")))
            #expect(FileManager.default.fileExists(atPath: path("clips/600008/clip.mp4")))
            #expect(try export(path("data")).status == 0 && export(path("data"), "--format", "llava").status == 0)
            // An export whose facts were lost is known by its README.
            try FileManager.default.removeItem(atPath: path("data.meta.json"))
            #expect(try export(path("data")).status == 0)
            #expect(try records(path("data/train.jsonl")).count == count)
        }
    }

    /// Width and height of a JPEG in an address; zeros for something else.
    private static func size(ofJPEG address: String) -> (Int, Int) {
        let text = address.split(separator: ",").last.map(String.init) ?? ""
        guard let data = Data(base64Encoded: text) else { return (0, 0) }
        let bytes = Array(data)
        guard let place = bytes.indices.dropLast(9).first(where: { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 }) else { return (0, 0) }
        return (Int(bytes[place + 7]) << 8 + Int(bytes[place + 8]), Int(bytes[place + 5]) << 8 + Int(bytes[place + 6]))
    }

    @Test func aPipelineFileRunsAllSteps() throws {
        try withClips(["600008"]) { folder, count in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = "\"media-root\": \"\(folder.path)\""
            let text = """
                {"regions": {"inputs": ["\(path("clips"))"], "output": "\(path("r.jsonl"))", \(root), "min-area": 1, "min-part": 0},
                 "caption": {"output": "\(path("c.jsonl"))", \(root), "model": "\(Fixtures.sample("model"))"},
                 "score": {"output": "\(path("s.jsonl"))"}, "filter": {"output": "\(path("k.jsonl"))", "require": "keyword"},
                 "shorten": {"output": "\(path("m.jsonl"))"}, "export": {"output": "\(path("out"))", "format": "llava", \(root)},
                 "report": {"output": "\(path("r.html"))", \(root)}}
                """
            try Data(text.utf8).write(to: folder.appending(path: "p.json"))
            let first = try run(["run", path("p.json")])
            #expect(first.status == 0, "\(first.errors)")
            #expect(FileManager.default.fileExists(atPath: path("out/train.json"))
                && FileManager.default.fileExists(atPath: path("r.html")))
            let again = try run(["run", path("p.json")])
            #expect(again.status == 0 && again.lines.count { $0.contains("there already") } == 7, "\(again.errors)")
            // With another threshold, later steps are run again, but captions are not.
            try Data(text.replacing("\"require\": \"keyword\"",
                with: "\"min\": \"words=1\"").utf8).write(to: folder.appending(path: "p.json"))
            #expect(try run(["run", path("p.json")]).status == 73)
            let moved = try run(["run", path("p.json"), "--overwrite"])
            #expect(moved.status == 0 && moved.errors.contains("c.jsonl: \(count) regions, there already"), "\(moved.errors)")
        }
    }

    @Test func aRegionThatFailsIsListed() throws {
        try withClips(["600008", "600036"]) { folder, _ in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let root = ["--media-root", folder.path]
            #expect(try run(["regions", path("clips"), "-o", path("r.jsonl")] + root + Self.all).status == 0)
            let kept = try records(path("r.jsonl")).count { ($0["media"] as? String)?.contains("600008") == true }
            try FileManager.default.removeItem(atPath: path("clips/600036/clip.mp4"))
            let made = try run(["caption", path("r.jsonl"), "-o", path("c.jsonl"), "--model", Fixtures.sample("model")] + root)
            #expect(made.status == 3 && made.errors.contains("clips/600036/clip.mp4"), "\(made.errors)")
            #expect(try records(path("c.jsonl")).count == kept)
            let meta = try String(contentsOfFile: path("c.meta.json"), encoding: .utf8)
            #expect(meta.contains("\"complete\": false") && meta.contains("clips/600036/clip/1"))
        }
    }

    @Test(arguments: [
        ["regions"], ["regions", "x"], ["regions", "x", "-o", "y", "--labels", "cat"], ["caption", "x", "-o", "y", "--endpoint",
            "http://x"],
        ["filter", "x", "-o", "y", "--min", "margin"], ["score", "x", "-o", "y", "--margin", "--siglip", "z"],
        ["export", "x", "-o", "y", "--splits", "train"], ["report", "x"], ["caption", "x", "-o", "y", "--shard", "0/2", "--shards", "2"],
        ["run", "x", "--shard", "0/2", "--shards", "2"], ["run", "x", "--shards", "0"],
        ["export", "x", "-o", "y", "--shard-size", "99999999999999GB"], ["export", "x", "-o", "y", "--shard-size", "nan"],
    ])
    func refusesInvalidArguments(_ arguments: [String]) throws {
        #expect(try run(arguments).status == 64)
    }
}
