import Foundation
import TestSupport
import Testing
import Media

/// `caption --render --report`: if these fail, users get no burned-in clip or report, or one without captions.
struct PictureOutputTests {
    private let masks = Courtyard.masks
    private let clip = Courtyard.clip
    private let model = Fixtures.model(.damA)

    private func arguments(_ clip: String, _ more: String...) -> [String] {
        ["caption", clip, "--masks", masks, "--model", model, "--max-new-tokens", "2", "--track", "4", "--quiet",
         "--start", "1", "--duration", "0.8"] + more
    }

    @Test func bothAreWrittenNextToTheCaptions() throws {
        try withTemporaryDirectory { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let all = arguments(clip, "-o", path("c.jsonl"), "--format", "jsonl", "--render", path("c.mp4"), "--report", folder.path)
            let run = try CommandRun(all)
            #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                == ["c.jsonl", "c.mp4", "clip.damvideo.html"])
            #expect(try VideoClip(path: path("c.mp4")).frameCount == 8)
            #expect(try String(contentsOfFile: path("clip.damvideo.html"), encoding: .utf8).hasPrefix("<!DOCTYPE html>"))

            #expect(try CommandRun(all).status == 73)
            // A finished run without renderings makes only those, and no captions.
            try FileManager.default.removeItem(atPath: path("c.mp4"))
            let lines = try Data(contentsOf: URL(filePath: path("c.jsonl")))
            let page = try Data(contentsOf: folder.appending(path: "clip.damvideo.html"))
            #expect(try CommandRun(all + ["--resume"]).status == 0)
            #expect(try Data(contentsOf: folder.appending(path: "clip.damvideo.html")) == page)
            #expect(try VideoClip(path: path("c.mp4")).frameCount == 8)
            #expect(try Data(contentsOf: URL(filePath: path("c.jsonl"))) == lines)
        }
    }

    /// An unwritable output is reported before the model runs: no progress line comes first.
    @Test func invalidPathsAreReportedAtOnce() throws {
        try withTemporaryDirectory { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            try Data("mine".utf8).write(to: URL(filePath: path("there.mp4")))
            let examples: [([String], Int32, String)] = [
                (arguments(clip, "-o", "-", "--render", path("there.mp4")), 73, "there.mp4: exists already"),
                (arguments(clip, "-o", "-", "--report", path("no/where.html")), 74, "found no folder"),
                (arguments(clip, "-o", "-", "--render", path("a"), "--report", path("a")), 64, "found two outputs"),
                (arguments("-", "--render", path("a.mp4")), 64, "standard input: can be read only once"),
            ]
            for (arguments, status, says) in examples {
                let run = try CommandRun(arguments)
                #expect(run.status == status && run.lines.count == 1 && run.errors.contains(says), "\(run.errors)")
                #expect(run.output.isEmpty)
            }
            #expect(try Data(contentsOf: URL(filePath: path("there.mp4"))) == Data("mine".utf8))
        }
    }

    /// Without fonts Pango would terminate the program.
    @Test func missingFontsAreReported() throws {
        try withTemporaryDirectory { folder in
            let configuration = folder.appending(path: "fonts.conf")
            try Data("<fontconfig><cachedir>\(folder.path)</cachedir></fontconfig>".utf8).write(to: configuration)
            let run = try CommandRun(
                arguments(clip, "-o", "-", "--render", folder.appending(path: "a.mp4").path),
                environment: ["FONTCONFIG_FILE": configuration.path])
            #expect(run.status == 66 && run.errors.contains("found no font on this system"), "\(run.errors)")
        }
    }

    /// Ctrl-C during rendering: the captions are written, and nothing of the video.
    @Test func interruptedRenderingLeavesTheCaptions() throws {
        try withTemporaryDirectory { folder in
            let document = folder.appending(path: "c.json"), video = folder.appending(path: "c.mp4")
            let run = try CommandRun(
                ["caption", clip, "--masks", masks, "--model", model, "--max-new-tokens", "1", "-o", document.path,
                 "--render", video.path], interruptingAfter: "damvideo: rendering")
            #expect(run.status == 130)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["c.json"])
        }
    }
}
