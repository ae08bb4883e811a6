import Foundation
import TestSupport
import Testing

/// Invalid input leads to a one-line message that names the file, and to the documented exit code.
struct ExitCodeTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int32
        let says: String
        /// Makes the arguments, given an empty temporary folder.
        let arguments: @Sendable (URL) throws -> [String]
        var testDescription: String { name }
    }

    private static let clip = Courtyard.clip
    private static let masks = Courtyard.masks
    private static let model = Fixtures.model(.damA)

    private static func caption(
        clip: String = clip, masks: String = masks, model: String = model, output: String = "-", _ more: String...
    ) -> [String] {
        ["caption", clip, "--masks", masks, "--model", model, "-o", output, "--quiet", "--max-new-tokens", "1"] + more
    }

    static let examples: [Example] = [
        Example(name: "no clip", status: 66, says: "nowhere.mp4: no such file") { _ in caption(clip: "/nowhere.mp4") },
        Example(name: "no masks", status: 66, says: "/nowhere: no such file or folder") { _ in caption(masks: "/nowhere") },
        Example(name: "no model", status: 69, says: "/nowhere/config.json: found no such file") { _ in caption(model: "/nowhere") },
        Example(name: "text for a clip", status: 65, says: "clip.mp4") { folder in
            let file = folder.appending(path: "clip.mp4")
            try Data(String(repeating: "not a video\n", count: 99).utf8).write(to: file)
            return caption(clip: file.path)
        },
        Example(name: "sound only", status: 65, says: "expected a video stream") { _ in
            caption(clip: Fixtures.path("video/sound_only.m4a"))
        },
        Example(name: "no frames", status: 65, says: "no frame that can be decoded") { folder in
            let whole = try Data(contentsOf: URL(filePath: Fixtures.path("video/h264_bframes.mp4")))
            let start = whole.range(of: Data("mdat".utf8))?.upperBound ?? 0
            let file = folder.appending(path: "clip.mp4")
            try whole.prefix(start).write(to: file)
            return caption(clip: file.path)
        },
        Example(name: "masks of another size", status: 65, says: "found masks of 768x576, expected 64x48") { _ in
            caption(clip: Fixtures.path("video/h264_bframes.mp4"))
        },
        Example(name: "masks beyond the clip", status: 65, says: "found a mask for frame 60") { folder in
            let copy = folder.appending(path: "masks")
            try FileManager.default.copyItem(atPath: masks, toPath: copy.path)
            try FileManager.default.copyItem(atPath: masks + "/00059.png", toPath: copy.path + "/00060.png")
            return caption(masks: copy.path)
        },
        Example(name: "a mask cut short", status: 65, says: "00030.png") { folder in
            let copy = folder.appending(path: "masks")
            try FileManager.default.copyItem(atPath: masks, toPath: copy.path)
            let file = copy.appending(path: "00030.png")
            let whole = try Data(contentsOf: file)
            try FileManager.default.removeItem(at: file)
            try whole.prefix(1000).write(to: file)
            return caption(masks: copy.path)
        },
        Example(name: "a folder without masks", status: 65, says: "expected label PNGs") { caption(masks: $0.path) },
        Example(name: "unknown track", status: 65, says: "found no track 9, expected one of 1, 2, 3, 4, 5") { _ in
            caption("--track", "9")
        },
        Example(name: "empty masks", status: 65, says: "found empty masks") { folder in
            try FileManager.default.copyItem(
                atPath: Fixtures.path("masks/void/empty.png"), toPath: folder.appending(path: "0.png").path)
            return caption(masks: folder.path)
        },
        Example(name: "several formats on stdout", status: 64, says: "found 2 formats, expected one") { _ in
            caption("--format", "json", "--format", "csv")
        },
        Example(name: "resuming from nothing", status: 64, says: "expected --format jsonl") { _ in caption("--resume") },
        Example(name: "a query with too many places", status: 64, says: "expected none, one or 8") { _ in
            caption("--query", "<image><image>")
        },
        Example(name: "an impossible temperature", status: 64, says: "temperature -1.0") { _ in caption("--temperature=-1") },
        Example(name: "no track at a time", status: 64, says: "batch 0: expected 1 or more") { _ in caption("--batch", "0") },
        Example(name: "an unknown option", status: 64, says: "Unknown option '--loud'") { _ in caption("--loud") },
        Example(name: "an output folder that is not there", status: 74, says: "found no folder /nowhere") { _ in
            caption(output: "/nowhere/out.json")
        },
        Example(name: "an output where a folder is", status: 74, says: "found a folder") { folder in
            let inner = folder.appending(path: "clip.damvideo.json")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: false)
            return caption(output: folder.path)
        },
        Example(name: "two clips on stdout", status: 64, says: "found 2 clips, expected one, or --format jsonl") { _ in
            caption("--masks", masks, clip)
        },
        Example(name: "two clips in a file", status: 74, says: "expected a folder for the captions of several clips") { folder in
            let file = folder.appending(path: "out.json")
            try Data().write(to: file)
            return caption(output: file.path, "--masks", masks, clip)
        },
        Example(name: "two clips for one file", status: 64, says: "found two clips, ") { folder in
            caption(output: folder.path, "--masks", masks, clip)
        },
        Example(name: "three masks for two clips", status: 64, says: "found 3 masks for 2 clips") { folder in
            caption(output: folder.path, "--masks", masks, "--masks", masks, clip)
        },
        Example(name: "no list", status: 66, says: "/nowhere.txt: found no readable file") { folder in
            caption(output: folder.path, "-a", "/nowhere.txt")
        },
        Example(name: "propagation on stdin", status: 64, says: "expected a file, or --no-propagate") { folder in
            try FileManager.default.copyItem(
                atPath: masks + "/00000.png", toPath: folder.appending(path: "00000.png").path)
            return caption(clip: "-", masks: folder.path)
        },
        Example(name: "an output nobody can write", status: 74, says: "cannot be written") { _ in caption(output: "/proc/damvideo.json") },
        Example(name: "describe: a mask of another size", status: 65, says: "the mask is 320x320, the picture 300x200") { _ in
            let media = Fixtures.golden(.damA, "media")
            return ["describe", media + "/coffee.png", "--mask", media + "/astronaut_face.png", "--model", model]
        },
        Example(name: "describe: no picture", status: 65, says: "expected.json") { _ in
            ["describe", Fixtures.golden(.damA, "expected.json"), "--model", model]
        },
        Example(name: "verify: no set", status: 66, says: "/nowhere/expected.json: no such file") { _ in ["verify", "/nowhere"] },
        Example(name: "inspect: no checkpoint", status: 69, says: "/nowhere/config.json") { _ in ["inspect", "/nowhere"] },
    ]

    @Test(arguments: examples)
    func oneLineAndTheCode(_ example: Example) throws {
        try withTemporaryDirectory { folder in
            // Only the example that reads a clip from stdin uses it.
            let run = try CommandRun(example.arguments(folder), input: Data(contentsOf: URL(filePath: Self.clip)))
            #expect(run.status == example.status, "\(run.errors)")
            #expect(run.errors.contains(example.says), "\(run.errors)")
            #expect(run.output.isEmpty)
            // The argument parser adds its usage; the program's own errors are one line.
            if !example.says.hasPrefix("Unknown option") { #expect(run.lines.count == 1, "\(run.errors)") }
        }
    }
}
