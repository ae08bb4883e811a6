import Foundation
import TestSupport
import Testing

/// If these fail, `evaluate outputs` and `evaluate videorefer-bench` lose captions, or use a service without its key.
struct OutputsCommandTests {
    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
        try CommandRun(["evaluate"] + arguments, environment: environment)
    }

    /// Regions of two pictures with class names, and the pictures.
    private func withSet<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            let masks = [("a", "[[10, 10, 40, 10, 40, 40, 10, 40]]"), ("b", "{\"size\": [48, 64], \"counts\": [48, 480, 2544]}")]
            let regions = masks.map { name, mask in
                """
                {"file_name": "\(name).ppm", "height": 48, "width": 64, "categories": ["\(name)_cup"], "annotations": \
                [{"segmentation": \(mask)}]}
                """
            }
            try Data("[\(regions.joined(separator: ", "))]".utf8).write(to: folder.appending(path: "set.json"))
            for name in ["a", "b"] {
                let pixels = [UInt8](repeating: 90, count: 64 * 48 * 3)
                try Data("P6\n64 48\n255\n".utf8 + pixels).write(to: folder.appending(path: name + ".ppm"))
            }
            return try body(folder)
        }
    }

    @Test func serviceCaptionsAreScoredAgainstNames() throws {
        let server = try StubServer { _ in DLCSample.completion("a cup") }
        defer { server.stop() }
        try withSet { folder in
            let (set, out, names) = (folder.path + "/set.json", folder.path + "/out.json", folder.path + "/names.json")
            let arguments = ["outputs", set, "--task", "lvis", "--media", folder.path, "--outputs", out, "--references", names]
            let service = ["--endpoint", server.base, "--endpoint-model", "stub"]
            let made = try run(arguments + service, environment: ["DAMVIDEO_ENDPOINT_KEY": "secret"])
            #expect(made.status == 0 && made.errors.isEmpty && made.output.isEmpty)
            #expect(server.requests.count == 2 && server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
            let scored = try run(["texts", out, "--names", names])
            // "a cup" against "a cup" and "b cup".
            #expect(scored.text.contains("Semantic IoU    0.6667"))
            #expect(try run(arguments + service).status == 73)
            let again = try run(Array(arguments.dropLast(2)) + service)
            #expect(again.status == 0 && again.errors.contains("no caption is missing") && server.requests.count == 2)
        }
    }

    @Test func theModelCaptions() throws {
        try withSet { folder in
            let out = folder.appending(path: "out.jsonl").path
            let made = try run([
                "outputs", folder.appending(path: "set.json").path, "--task", "lvis", "--media", folder.path, "--outputs", out, "--model",
                Fixtures.model(.damA), "--quiet",
            ])
            #expect(made.status == 0)
            let lines = try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("{\"id\": \"0\", \"image\": \"a.ppm\", \"pred\": "))
            #expect(lines.last?.contains("\"Answer\": \"b_cup\"") == true)
        }
    }

    @Test func descriptionsAreJudged() throws {
        let server = try StubServer { _ in DLCSample.completion("{\"SC\": 4, \"AD\": 3, \"TD\": 2, \"HD\": 1}") }
        defer { server.stop() }
        try withTemporaryDirectory { folder in
            let captions = folder.appending(path: "out.jsonl").path
            try Data("{\"id\": 3, \"pred\": \"p\", \"Answer\": \"a\"}\n".utf8).write(to: URL(filePath: captions))
            let judged = try run(["videorefer-bench", captions, "--judge-url", server.base, "--judge-model", "stub"])
            #expect(judged.status == 0 && judged.text.contains("own wording (damvideo-1), not comparable with published figures"))
            #expect(judged.text.contains("Average                          1   2.5000    2.50 to 2.50"))
            #expect(try run(["videorefer-bench", captions, "--offline"]).text == judged.text)
        }
    }

    @Test(arguments: [
        ["outputs", "x"], ["outputs", "x", "--task", "lvis"], ["outputs", "x", "--task", "lvis", "--outputs", "y"],
        ["outputs", "x", "--task", "lvis", "--outputs", "y", "--media", "m", "--endpoint", "http://x"],
        [
            "outputs", "x", "--task", "lvis", "--outputs", "y", "--media", "m", "--endpoint", "http://x", "--endpoint-model", "m",
            "--model", "d",
        ],
        ["videorefer-bench", "x", "--judge-url", "http://x"],
    ])
    func refusesInvalidArguments(arguments: [String]) throws {
        #expect(try run(arguments).status == 64)
    }
}
