import Foundation
import TestSupport
import Testing

/// If these fail, `quantize` leaves an incomplete checkpoint, replaces one it should not, or hides the quantisation error.
struct QuantizeCommandTests {
    private let set = Fixtures.golden(.damE)

    @Test func writesACheckpointAndReportsTheError() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "small").path
            let run = try CommandRun([
                "quantize", set + "/model", "-o", output, "--vision", "q8", "--language", "q4", "--max-new-tokens", "6",
                "--image", set + "/media/coffee.png", "--mask", set + "/media/coffee_wide.png",
            ])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.lines.contains { $0.hasPrefix("damvideo: llm, tensor ") })
            #expect(run.text.contains("F32 + Q4 + Q8") && run.text.contains("\n  total "))
            for stage in ["full-view", "crop-context", "projector", "prefill", "decode"] { #expect(run.text.contains("\n\(stage) ")) }
            #expect(run.text.contains("\(output) (vision q8, language q4) against \(set)/model (f32), 1 object\n"))
            #expect(run.text.contains(" of 6\n"))

            let inspected = try CommandRun(["inspect", output])
            #expect(inspected.status == 0 && inspected.text.contains("F32 + Q4 + Q8"))
            #expect(try CommandRun(["quantize", set + "/model", "-o", output]).status == 73)
            let described = try CommandRun([
                "describe", set + "/media/coffee.png", "--mask", set + "/media/coffee_wide.png", "--model", output,
                "--temperature", "0", "--max-new-tokens", "3",
            ])
            #expect(described.status == 0 && !described.text.isEmpty)
        }
    }

    @Test func driftComparesTwoDirectories() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "same").path
            #expect(
                try CommandRun(["quantize", set + "/model", "-o", output, "--vision", "keep", "--language", "keep", "--quiet"])
                    .errors.isEmpty)
            let run = try CommandRun(["drift", set + "/model", output, "--set", set, "--json", "--quiet"])
            #expect(run.status == 0 && run.errors.isEmpty)
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            let stages = try #require(report["stages"] as? [[String: Any]])
            #expect(stages.compactMap { $0["stage"] as? String } == ["full-view", "crop-context", "projector", "prefill", "decode"])
            // Equal weights give equal numbers.
            #expect(stages.allSatisfy { ($0["deviation"] as? [String: Double])?["largest_error"] == 0 })
            let cases = try #require(report["cases"] as? [[String: Any]])
            #expect(cases.count == 1 && (cases[0]["changes"] as? [Any])?.isEmpty == true && cases[0]["tokens"] as? Int ?? 0 > 1)

            let other = Fixtures.model(.damA)
            let mismatch = try CommandRun(["drift", set + "/model", other, "--set", set])
            #expect(mismatch.status == 69 && mismatch.errors.contains(other + ": found a picture size of "))
            #expect(try CommandRun(["drift", set + "/model", output]).status == 64)
            #expect(try CommandRun(["drift", set + "/model", output, "--image", "/nowhere.png", "--mask", "/nowhere.png"]).status == 66)
        }
    }

    /// A full disk or a file size limit: an error, and nothing that could be mistaken for a checkpoint.
    @Test func writeErrorsLeaveNothing() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "small").path
            let run = try CommandRun(["quantize", set + "/model", "-o", output], fileLimit: 40, isFileLimitFatal: false)
            #expect(run.status == 74 && run.lines.last?.contains("cannot be written: ") == true, "\(run.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test func refusesInvalidArguments() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "small").path
            let model = set + "/model"
            for (arguments, status) in [
                ([model, "-o", output, "--language", "q5"], 64), ([model, "-o", output, "--mask", "x.png"], 64),
                (["/nowhere", "-o", output], 69), ([model, "-o", model + "/llm/small"], 64),
                ([model, "-o", output + "/deeper"], 74),
            ] {
                let run = try CommandRun(["quantize"] + arguments)
                #expect(run.status == status, "\(arguments): \(run.errors)")
            }
        }
    }

    @Test func anInterruptedRunLeavesNothing() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "small").path
            let run = try CommandRun(
                ["quantize", Fixtures.model(.damA), "-o", output], interruptingAfter: "vision_tower, tensor 1")
            // The program may have finished before the signal; the checkpoint is then complete.
            #expect(run.status == 130 || run.status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names == (run.status == 0 ? ["small"] : []))
        }
    }
}
