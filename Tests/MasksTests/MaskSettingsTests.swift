import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, masks land on the wrong frames of the clip, or one invalid file ends a whole run.
@Suite struct MaskSettingsTests {
    private func open(
        _ name: String, format: MaskFormat? = nil, offset: Int = 0, step: Int? = nil, keepsGoing: Bool = false
    ) throws -> any MaskSource {
        var settings = MaskSettings()
        (settings.format, settings.frameOffset, settings.frameStep) = (format, offset == 0 ? nil : offset, step)
        settings.keepsGoing = keepsGoing
        return try MaskSources.open(name.hasPrefix("/") ? name : Fixtures.path("masks/formats/\(name)"), settings: settings)
    }

    @Test func framesAreShiftedAndScaled() throws {
        let plain = try open("per-object-png"), moved = try open("per-object-png", offset: 10, step: 5)
        #expect(moved.annotatedFrames == [10, 15, 20, 30])
        #expect(moved.annotatedFrames(of: .number(2)) == [10, 15, 20, 30])
        #expect(moved.tracks[1].visibleFrames == [15, 20])
        #expect(try moved.mask(of: .number(2), at: 15) == plain.mask(of: .number(2), at: 1))
        #expect(moved.file(of: 15).hasSuffix("/00001.png"))
        #expect(throws: MaskError.self) { try moved.mask(of: .number(2), at: 16) }
        #expect(throws: MaskError.self) { try moved.mask(of: .number(2), at: 1) }
        #expect(moved.format == .objectPNG)
        let beyond = #expect(throws: MaskError.self) { try moved.validate(width: 24, height: 16, frameCount: 30) }
        #expect(beyond?.reason == .unusable(
            found: "a mask for frame 30", expected: "none after frame 29: the clip has 30 frames"))
    }

    /// SA-V has every fourth frame unless a setting says otherwise.
    @Test func stepOfTheFormat() throws {
        #expect(try open("sa-v.json", offset: 1).annotatedFrames == [1, 5, 9, 13])
        #expect(try open("sa-v.json", step: 1).annotatedFrames == [0, 1, 2, 3])
    }

    @Test func impossibleFrames() throws {
        let before = #expect(throws: MaskError.self) { try open("label-png", offset: -1) }
        #expect(before?.reason == .unusable(
            found: "a mask moved to frame -1", expected: "0 or more: the frame offset is too low"))
        #expect(before?.path.hasSuffix("00000.png") == true)
        #expect(throws: MaskError.self) { try open("label-png", step: .max) }
        #expect(throws: MaskError.self) { try open("label-png", offset: .max) }
        #expect(throws: MaskError.self) { try open("label-png", offset: .min) }
        #expect(throws: MaskError.self) { try open("label-png", step: 0) }
    }

    private func withCopy(of name: String, _ body: (URL) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: name)
            try FileManager.default.copyItem(atPath: Fixtures.path("masks/formats/\(name)"), toPath: copy.path)
            try body(copy)
        }
    }

    /// One invalid file among many ends the run, or is skipped with a note.
    @Test(arguments: ["label-png", "rgb-palette", "binary-grey", "rle-folder"])
    func oneBadFile(name: String) throws {
        try withCopy(of: name) { copy in
            let file = name == "rle-folder" ? "frame_00001.json" : "00001.png"
            let path = copy.appending(path: file)
            try Data(contentsOf: path).prefix(40).write(to: path)
            let error = #expect(throws: MaskError.self) { try open(copy.path) }
            #expect(error?.description.contains(file) == true)
            let source = try open(copy.path, keepsGoing: true)
            #expect(source.tracks.first?.visibleFrames.contains(1) == false)
            let skipped = source.problems.filter { $0.kind == .skipped }.map(\.message)
            #expect(skipped.count == 1 && skipped[0].contains(file))
        }
    }

    /// Likewise for one invalid mask in a file of many.
    @Test func oneBadMask() throws {
        try withCopy(of: "mots.txt") { copy in
            let lines = try String(contentsOf: copy, encoding: .utf8).split(separator: "\n")
            try Data((lines[...2] + ["2 2001 2 16 24 zz"] + lines[3...]).joined(separator: "\n").utf8).write(to: copy)
            let error = #expect(throws: MaskError.self) { try open(copy.path) }
            #expect(
                error?.description
                    == "\(copy.path): line 4: found RLE counts with a wrong or missing character at offset 0, expected 0 to o")
            let source = try open(copy.path, keepsGoing: true)
            #expect(source.problems.map(\.message) == [error?.description])
            #expect(source.tracks.count == 3)
        }
    }

    @Test func emptyTrackIsLeftOut() throws {
        try withCopy(of: "per-object-png") { copy in
            try FileManager.default.copyItem(at: copy.appending(path: "002/00000.png"), to: copy.appending(path: "002/00001.png.png"))
            for frame in ["00001", "00002"] {
                try FileManager.default.removeItem(at: copy.appending(path: "002/\(frame).png"))
            }
            try FileManager.default.removeItem(at: copy.appending(path: "002/00001.png.png"))
            let source = try open(copy.path)
            #expect(source.tracks.map(\.id) == [.number(1), .number(3)])
            #expect(source.problems == [MaskProblem(
                .skipped, "\(copy.path)/002: found an empty track 2 (no pixel in any frame), expected at least one", track: .number(2))])
        }
    }
}
