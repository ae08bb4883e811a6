import Foundation
import TestSupport
import Testing

/// If these fail, `verify`, `inspect` or `evaluate` reports something other than what it found.
struct OtherCommandsTests {
    @Test func describeStreamsTheText() throws {
        let set = Fixtures.golden(.damA)
        let run = try CommandRun([
            "describe", set + "/media/astronaut.png", "--mask", set + "/media/astronaut_face.png", "--model", set + "/model",
            "--temperature", "0", "--max-new-tokens", "6", "--query", "Image: <image>\nDescribe the masked region in detail.",
        ])
        #expect(run.status == 0 && run.text == "dy lightqulightortla\n" && run.errors.isEmpty)
    }

    @Test func verifyPrintsEachCheckAndFailsBeyondTolerance() throws {
        let good = try CommandRun(["verify", Fixtures.golden(.damE)])
        #expect(good.status == 0)
        #expect(good.text.contains("dam-e grid image_tokens") && good.text.contains(": 10 met, 0 missed, 1 skipped"))
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "set")
            try FileManager.default.copyItem(atPath: Fixtures.golden(.damE), toPath: copy.path)
            let file = copy.appending(path: "expected.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("\"prefill_tokens\": ", with: "\"prefill_tokens\": 1").write(to: file, atomically: true, encoding: .utf8)
            let bad = try CommandRun(["verify", "--json", copy.path])
            #expect(bad.status == 1)
            let reports = try #require(try JSONSerialization.jsonObject(with: bad.output) as? [[String: Any]])
            let checks = try #require(reports.first?["checks"] as? [[String: Any]])
            #expect(checks.count { $0["outcome"] as? String == "missed" } == 1)
        }
    }

    @Test func inspectShowsPartsAndProblems() throws {
        let model = Fixtures.model(.damB)
        let good = try CommandRun(["inspect", model])
        #expect(good.status == 0)
        #expect(good.text.contains("llm               39 tensors in 4 files, 229440 parameters, 458880 bytes, F16"))
        #expect(good.text.contains("masked_cross_attn") && good.text.contains("no tensor missing or left over"))
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "model")
            try FileManager.default.copyItem(atPath: model, toPath: copy.path)
            try #"{"mm_projector_type": "linear"}"#
                .write(to: copy.appending(path: "mm_projector/config.json"), atomically: true, encoding: .utf8)
            let bad = try CommandRun(["inspect", copy.path])
            #expect(bad.status == 69)
            #expect(bad.text.contains("layers.weight: found no such tensor"))
            #expect(bad.text.contains("layers.2.weight: found a tensor that the model does not use"))
        }
    }

    @Test func evaluateScenesPrintsATableOrItsCounts() throws {
        let arguments = ["evaluate", "scenes", Fixtures.sample("scenes/clips"), "--model", Fixtures.model(.damA), "--clips", "1"]
        let table = try CommandRun(arguments), counts = try CommandRun(arguments + ["--json", "--quiet", "--without", "context"])
        #expect(table.status == 0 && counts.status == 0 && counts.errors.isEmpty)
        #expect(table.lines.last?.hasPrefix("damvideo: clip 1 of 1") == true)
        // A random model names the class only by chance; the test is that four tracks were captioned.
        #expect(table.text.contains("clips") && table.text.contains("relation") && table.text.contains("of 4)"))
        let report = try #require(try JSONSerialization.jsonObject(with: counts.output) as? [String: Any])
        let clips = try #require(report["clips"] as? [String: Any])
        #expect(report["without"] as? String == "context" && clips["captions"] as? Int == 4)
        #expect((clips["facts"] as? [String: [String: Int]])?["class"]?["asked"] == 4)
        let found = try CommandRun(arguments + ["--find", "--quiet"])
        #expect(found.status == 0 && found.text.contains("moving objects found: ") && found.text.contains("of 3)"))
        #expect(found.text.contains("given masks") && found.text.contains("found masks") && !found.text.contains("pictures"))
        #expect(try CommandRun(arguments.dropLast() + ["0"]).status == 64)
        #expect(try CommandRun(["evaluate", "scenes", "/nonexistent", "--model", Fixtures.model(.damA)]).status == 66)
    }

    @Test func versionAndHelp() throws {
        let version = try CommandRun(["--version"]), help = try CommandRun(["help", "caption"])
        #expect(version.status == 0 && version.text == "0.1.0\n")
        #expect(help.status == 0 && help.text.contains("--masks <path>"))
    }
}
