import Foundation
import ModelTools
import TestSupport
import Testing

/// If these fail, machines and versions are compared by a report with missing stages or invented numbers.
struct BenchCommandTests {
    private func report(_ arguments: String...) throws -> BenchmarkReport {
        let run = try CommandRun(["bench", "--json", "--repeat", "2", "--tokens", "3"] + arguments)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return try JSONDecoder().decode(BenchmarkReport.self, from: run.output)
    }

    private func check(_ report: BenchmarkReport) {
        for limits in [report.machine.oneCore, report.machine.allCores] {
            #expect([limits.floatGigaops, limits.int8Gigaops, limits.readGigabytes].allSatisfy { $0 > 0 && $0.isFinite })
        }
        for stage in report.stages {
            let numbers = [
                stage.seconds, stage.rate, stage.gigabytes, stage.gigabytesPerSecond, stage.limitSeconds, stage.percentOfLimit,
                Double(stage.peakResidentBytes ?? 1),
            ]
            #expect(numbers.allSatisfy { $0 > 0 && $0.isFinite }, "\(stage)")
            #expect(stage.gigaops > 0 || stage.name == .describeAnything(.preprocessing))
            #expect(stage.runs.count == 2 && stage.runs.min() ?? 0 <= stage.seconds && stage.seconds <= stage.runs.max() ?? 0)
            #expect(abs(stage.rate * stage.seconds - Double(stage.count)) < 1e-6)
        }
    }

    @Test(arguments: ["f32", "f16", "bf16", "q8", "q4"])
    func randomWeightsInEveryFormat(weights: String) throws {
        let report = try report("--synthetic", "dam-tiny", "--weights", weights)
        #expect(report.stages.map(\.name) == DescribeAnythingStage.allCases.map(BenchmarkStage.describeAnything))
        #expect(report.models.map(\.name) == ["dam-tiny"] && report.models.map(\.weights) == [weights])
        #expect(report.models[0].isSynthetic)
        check(report)
        // Text tokens of the prompt, and 9 tokens for each of 8 frames.
        let prefill = try #require(report.stages.first { $0.name == .describeAnything(.prefill) })
        #expect((72 + 40..<72 + 90).contains(prefill.count) && prefill.unit == "token")
        let decode = try #require(report.stages.first { $0.name == .describeAnything(.decode200) })
        #expect(decode.count == 3)
    }

    @Test func formatPerPart() throws {
        let report = try report(
            "--synthetic", "dam-tiny", "--vision", "q8", "--language", "q4", "--stage", "projector", "--stage", "decode-200")
        #expect(report.models.map(\.weights) == ["q4"] && report.models.map(\.visionWeights) == ["q8"])
        check(report)
    }

    @Test func aCheckpointAndChosenStages() throws {
        let model = Fixtures.model(.damB)
        let report = try report("--model", model, "--stage", "projector", "--stage", "preprocessing")
        #expect(report.stages.map(\.name) == [.describeAnything(.preprocessing), .describeAnything(.projector)])
        #expect(report.models.map(\.name) == [model] && report.models.map(\.weights) == ["f16"] && !report.models[0].isSynthetic)
        check(report)
    }

    @Test func segmentation() throws {
        let report = try report("--sam", Fixtures.path("sam/video-a"))
        #expect(report.stages.map(\.name) == [.encoder, .frame, .object].map(BenchmarkStage.segmentAnything))
        check(report)
    }

    @Test func tableHasOneLinePerStage() throws {
        let run = try CommandRun(["bench", "--synthetic", "dam-tiny", "--repeat", "1", "--tokens", "2"])
        #expect(run.status == 0 && run.errors.isEmpty)
        for name in ["multiply-add", "8-bit products", "memory read", "dam-tiny, f16, random weights", "decode-1800", "caption"] {
            #expect(run.text.contains(name))
        }
    }

    @Test(arguments: [
        ["--repeat", "0"], ["--tokens", "0"], ["--stage", "prefill"], ["--stage", "sam-frame", "--synthetic", "dam-tiny"],
        ["--stage", "nothing"], ["--synthetic", "dam-9b"], ["--synthetic", "dam-tiny", "--weights", "f8"], ["--weights", "f16"],
        ["--synthetic", "dam-tiny", "--language", "q5"], ["--synthetic", "sam2.1-hiera-tiny", "--vision", "q8"],
        ["--synthetic", "dam-tiny", "--synthetic", "dam-3b"], ["--synthetic", "dam-tiny", "--model", "somewhere"],
        ["--sam", "somewhere", "--synthetic", "sam2.1-hiera-tiny"], ["--instructions", "avx9"],
    ])
    func invalidArguments(arguments: [String]) throws {
        let run = try CommandRun(["bench"] + arguments)
        #expect(run.status == 64 && run.output.isEmpty && !run.errors.isEmpty, "\(run.errors)")
    }

    /// A better processor can measure as a lesser one.
    @Test func instructionsCanBeLimited() throws {
        let run = try CommandRun(["bench", "--instructions", "portable", "--json"])
        #expect(run.status == 0 && run.errors.isEmpty)
        let machine = try JSONDecoder().decode(BenchmarkReport.self, from: run.output).machine
        #expect(machine.floatInstructions == "portable" && machine.int8Instructions == "portable")
        #expect(machine.bfloat16Instructions == nil)
    }

    @Test(arguments: ["--model", "--sam"])
    func missingModel(option: String) throws {
        let run = try CommandRun(["bench", option, "/nowhere"])
        #expect(run.status == 69 && run.output.isEmpty && run.lines.count == 1, "\(run.errors)")
    }
}
