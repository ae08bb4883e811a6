import DAMVideo
import Foundation
import TestSupport
import Testing

/// Without a model the bundled one is used, with a notice.
struct SampleModelCommandTests {
    private let arguments = [
        "caption", Fixtures.sample("scenes/clips/600008/clip.mp4"), "--masks", Fixtures.sample("scenes/clips/600008/masks"),
        "-o", "-", "--track", "1", "--max-new-tokens", "4",
    ]

    @Test func usesTheSampleModelWithANotice() throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 0)
        #expect(run.lines.first?.contains("bundled sample model, which understands only the sample scenes") == true)
        #expect(run.lines.count { $0.contains("sample model") } == 1)
        #expect(run.errors.contains("damvideo pull dam-3b-video") && run.errors.contains("--model"))
        let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
        #expect(document.model.path.hasSuffix("Samples/model"))
        #expect(document.tracks.count == 1)

        #expect(try CommandRun(arguments + ["--quiet"]).errors.isEmpty)
        let model = Fixtures.model(.damA)
        #expect(try !CommandRun(arguments, environment: ["DAMVIDEO_MODEL": model]).errors.contains("sample model"))
    }

    @Test func anInstalledProgramAsksForAModel() throws {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: "damvideo")
            try FileManager.default.copyItem(at: CommandRun.executable, to: copy)
            let run = try CommandRun(arguments, executable: copy)
            #expect(run.status == 69 && run.lines.count == 1)
            #expect(run.errors.contains("--model or the variable DAMVIDEO_MODEL") && run.errors.contains("damvideo pull dam-3b-video"))
        }
    }
}
