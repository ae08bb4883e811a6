import Evaluation
import Foundation
import Imaging
import Media
import Synchronization
import TestSupport
import Testing

/// If these fail, captions of a data set are lost, paid for twice, or belong to another region.
struct OutputsRunTests {
    private struct Stop: Error {}

    private func text(_ folder: URL, _ name: String = "out.json") throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// The texts and JPEG files in a request's message.
    private func parts(_ request: StubServer.Request) throws -> (words: String, pictures: [Data]) {
        let body = try #require(JSONSerialization.jsonObject(with: request.body) as? [String: Any])
        let content = try #require((body["messages"] as? [[String: Any]])?.last?["content"] as? [[String: Any]])
        let addresses = content.compactMap { ($0["image_url"] as? [String: String])?["url"] }
        return (
            content.compactMap { $0["text"] as? String }.joined(),
            addresses.compactMap { Data(base64Encoded: String($0.dropFirst("data:image/jpeg;base64,".count))) })
    }

    private func ask(
        _ set: OutputsSet, _ folder: URL, _ server: StubServer, as presentation: RegionPresentation = .box, name: String = "out.json",
        parallel: Int = 1, model: String = "stub", progress: (ChatRun.Progress) throws -> Void = { _ in }
    ) throws {
        var settings = DLCSample.settings
        settings.parallel = parallel
        let words = presentation.words(isClip: set.task.isOfClips, question: "What?")
        var run = try OutputsSample.run(set, in: folder, to: name, query: words)
        try run.ask(DLCSample.endpoint(server, model: model), presentation, settings: settings, progress: progress)
    }

    @Test func regionsArePresentedAsRequested() throws {
        let server = try StubServer { _ in DLCSample.completion(" A cup.\n") }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            let set = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder, first: 1)
            for presentation in RegionPresentation.allCases {
                try ask(set, folder, server, as: presentation, name: "\(presentation.rawValue).json")
            }
            let seen = try server.requests.map(parts)
            #expect(seen.map(\.pictures.count) == [2, 1, 1])
            #expect(seen.flatMap(\.pictures).allSatisfy { $0.starts(with: [0xFF, 0xD8]) })
            #expect(seen[0].words.hasPrefix("The first picture is cut out around an object.") && seen[0].words.hasSuffix(" What?"))
            #expect(seen[1].words == "In this picture, an object has a red outline. What?")
            #expect(seen[2].words == "In this picture, an object is in the box [2, 3, 12, 8] of 40x30, in pixels from the left top. What?")
            let body = try #require(JSONSerialization.jsonObject(with: server.requests[0].body) as? [String: Any])
            #expect(body["model"] as? String == "stub" && body["temperature"] as? Int == 0 && body["max_tokens"] as? Int == 512)
            #expect(try text(folder, "box.json").hasPrefix(
                "{\n    \"0\": \"A cup.\",\n    \"query\": \"In this picture, an object is in the box {box}"))
        }
    }

    @Test func outlinesDoNotChangeColoursInside() throws {
        let server = try StubServer { _ in DLCSample.completion("A cup.") }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            let text = OutputsSample.keywords.replacing("[[2, 3, 12, 3, 12, 8, 2, 8]]", with: "[[2, 2, 38, 2, 38, 28, 2, 28]]")
            try ask(OutputsSample.set(.lvis, text, in: folder, first: 1), folder, server, as: .outline)
            let path = folder.appending(path: "outlined.jpg")
            try parts(server.requests[0]).pictures[0].write(to: path)
            let picture = try ImageDecoder.rgb(path: path.path)
            func pixel(_ x: Int, _ y: Int) -> [Int] { (0..<3).map { Int(picture.pixels[(y * picture.width + x) * 3 + $0]) } }
            #expect(pixel(20, 15).allSatisfy { abs($0 - 200) < 12 })
            #expect(pixel(2, 15)[0] - pixel(2, 15)[1] > 60)
        }
    }

    @Test func framesOfAClipAreShownInOrder() throws {
        let server = try StubServer { _ in DLCSample.completion("A bar.") }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            try ask(OutputsSample.set(.hcstvg, OutputsSample.boxes, in: folder), folder, server)
            let seen = try parts(server.requests[0])
            #expect(seen.pictures.count == 3)
            #expect(seen.words.contains("[0, 0, 10, 10] of 40x30; [1, 0, 11, 10] of 40x30; [3, 0, 13, 10] of 40x30."))
        }
    }

    @Test func recordsIncludeReferences() throws {
        let server = try StubServer { _ in DLCSample.completion("A bar.") }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            try ask(OutputsSample.set(.videorefer, OutputsSample.masks, in: folder), folder, server, name: "out.jsonl")
            #expect(try text(folder, "out.jsonl").hasPrefix(
                #"{"id": "4", "video": "clip", "pred": "A bar.", "Answer": "A bar.", "caption": "A bar.", "query": "These"#))
            let report = try TextReport(captions: folder.appending(path: "out.jsonl").path, references: nil, names: nil)
            #expect(report.captions == 1 && report.measures?.bleu[0] ?? 0 > 0.99 && report.withoutCaption == 0)
        }
    }

    @Test func namesAndReferencesAreWritten() throws {
        try OutputsSample.withFolder { folder in
            let names = PythonJSON.data(try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder).references())
            #expect(String(decoding: names, as: UTF8.self) == """
                {
                    "0": "tea_cup",
                    "1": "dog:ear",
                    "2": "spoon"
                }
                """)
        }
    }

    @Test func aStoppedRunResumes() throws {
        let server = try StubServer { request in DLCSample.completion("\(request.body.count)") }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            let set = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder), journal = folder.appending(path: "out.json.journal")
            try ask(set, folder, server, name: "whole.json", parallel: 8)
            #expect(throws: Stop.self) { try ask(set, folder, server) { if case .answered(2, _) = $0 { throw Stop() } } }
            #expect(try text(folder).contains("\"1\"") && !text(folder).contains("\"2\""))
            try (Data(contentsOf: journal) + Data("{\"key\": \"2\", \"que".utf8)).write(to: journal)
            #expect(throws: InputError.self) { try ask(set, folder, server, model: "other") }
            // A killed run leaves only the journal.
            try FileManager.default.removeItem(at: folder.appending(path: "out.json"))
            let before = server.requests.count
            try ask(set, folder, server)
            #expect((1...2).contains(server.requests.count - before) && !FileManager.default.fileExists(atPath: journal.path))
            #expect(try text(folder) == text(folder, "whole.json"))
            try ask(set, folder, server)
            #expect(try text(folder) == text(folder, "whole.json"))
        }
    }

    @Test(arguments: ["out.json", "out.jsonl"])
    func captionsOfOtherRegionsAreKept(name: String) throws {
        try OutputsSample.withFolder { folder in
            let all = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder)
            let first = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder, first: 1)
            var run = try OutputsSample.run(all, in: folder, to: name)
            try run.run(model: "m") { "\($0[0].region.area)" }
            let whole = try text(folder, name)
            let path = folder.appending(path: name)
            try Data(whole.replacing("\"50\"", with: "\"Error: none\"").utf8).write(to: path)
            var again = try OutputsSample.run(first, in: folder, to: name)
            #expect(again.missing == (name == "out.json" ? 1 : 0))
            try again.run(model: "m") { "\($0[0].region.area)" }
            #expect(name == "out.json" ? try text(folder, name) == whole : try text(folder, name).contains("\"2\""))
            #expect(throws: InputError.self) { try OutputsSample.run(all, in: folder, to: name, query: "Other?") }
        }
    }

    @Test func anEmptyAnswerIsAskedForAgain() throws {
        let count = Mutex(0)
        let server = try StubServer { _ in
            DLCSample.completion(count.withLock { count in
                count += 1
                return count == 2 ? "A cup." : " "
            })
        }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            let set = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder, first: 2)
            try ask(set, folder, server)
            #expect(server.requests.count == 4)
            let words = RegionPresentation.box.words(isClip: false, question: "What?")
            #expect(try OutputsSample.run(set, in: folder, query: words).wordless == ["1"])
        }
    }

    @Test func aDamagedPictureEndsTheRunAndKeepsTheRest() throws {
        let server = try StubServer { _ in DLCSample.completion("A cup.") }
        defer { server.stop() }
        try OutputsSample.withFolder { folder in
            try Data("P6 damaged".utf8).write(to: folder.appending(path: "inner/b.ppm"))
            let set = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder)
            #expect(throws: InputError.self) { try ask(set, folder, server) }
            #expect(try text(folder).contains("\"1\": \"A cup.\""))
        }
    }
}
