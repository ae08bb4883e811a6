import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, the program does not report how it read masks, or which it could not use.
struct MaskReadingTests {
    private let clip = Fixtures.path("cut/clip.mp4"), model = Fixtures.model(.damE)

    private func withFiles(_ files: [String: Data], _ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            for (name, data) in files {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try data.write(to: file)
            }
            try body(folder.path)
        }
    }

    /// The reason is in the report and also on stderr, for scripts that keep only that.
    @Test(arguments: [[], ["--json"]]) func masksOfAnotherClip(flags: [String]) throws {
        let run = try CommandRun(["masks", Fixtures.path("masks/formats/label-png"), "--clip", clip] + flags)
        #expect(run.status == 65 && run.lines.count == 1 && run.text.contains("found masks of 24x16"))
        #expect(run.lines.first?.contains("found masks of 24x16") == true)
    }

    @Test func anEmptyTrackDoesNotAffectOthers() throws {
        let boxes = (1...8).map { "\($0),1,10,10,20,20,1\n\($0),2,9000,9000,5,5,1\n" }.joined()
        try withFiles(["boxes.txt": Data(boxes.utf8)]) { folder in
            let masks = folder + "/boxes.txt"
            let run = try CommandRun([
                "caption", clip, "--masks", masks, "--no-propagate", "--model", model, "--max-new-tokens", "2", "-o", "-",
            ])
            #expect(run.status == 3, "\(run.errors)")
            let document = try JSONDecoder().decode(CaptionDocument.self, from: run.output)
            #expect(document.tracks.map(\.id.description) == ["1"])
            let failed = document.errors.filter { $0.track != nil }
            #expect(failed.map(\.code) == ["empty_mask"] && failed.first?.track == .number(2))
            #expect(run.lines.contains { $0.hasPrefix("damvideo: track 2: ") && $0.contains("an empty track 2") })
            let one = try CommandRun([
                "caption", clip, "--masks", masks, "--track", "1", "--no-propagate", "--model", model, "--max-new-tokens", "2",
                "-o", "-", "--quiet",
            ])
            #expect(one.status == 0)
            let tracked = try CommandRun(["track", clip, "--masks", masks, "-o", folder + "/out"])
            #expect(tracked.status == 3 && tracked.lines.contains { $0.contains("an empty track 2") })
        }
    }

    /// Label images with gaps between frames do not imply that an object is gone.
    @Test func absenceDecidesPropagation() throws {
        let frames = [0, 8, 16, 24, 32, 40, 48, 57]
        let files = try Dictionary(uniqueKeysWithValues: frames.map {
            ("masks/" + String(format: "%05d.png", $0), try Data(contentsOf: URL(filePath: Courtyard.mask(frame: $0))))
        })
        try withFiles(files) { folder in
            let plan = ["caption", Courtyard.clip, "--masks", folder + "/masks", "--model", model, "--dry-run"]
            let open = try CommandRun(plan)
            #expect(open.status == 0 && open.text.contains("4: masks on 7 frames, to be propagated to the others"))
            #expect(open.text.contains("--absent-means absent"))
            let gone = try CommandRun(plan + ["--absent-means", "absent"])
            #expect(gone.text.contains("4: masks on 7 frames, looked at in") && gone.errors.isEmpty)
            #expect(try CommandRun(plan + ["--absent-means", "maybe"]).status == 64)
        }
    }

    @Test func findsTheClipsFolderInADataSet() throws {
        let mask = try Data(contentsOf: URL(filePath: Courtyard.mask(frame: 0)))
        let files = ["clip", "other"].map { ("Annotations/480p/\($0)/00000.png", mask) }
        try withFiles(Dictionary(uniqueKeysWithValues: files)) { folder in
            let copy = folder + "/other.mp4", list = folder + "/list.txt"
            try FileManager.default.copyItem(atPath: Courtyard.clip, toPath: copy)
            let plan = ["--model", model, "--dry-run"]
            let one = try CommandRun(["caption", Courtyard.clip, "--masks", folder + "/Annotations/480p"] + plan)
            #expect(one.status == 0 && one.text.contains("tracks     5"), "\(one.errors)")
            let two = try CommandRun(["caption", Courtyard.clip, copy, "--masks", folder] + plan)
            #expect(two.status == 0 && two.text.contains("480p/other, label-png"), "\(two.errors)")
            try Data("\u{FEFF}other.mp4\tAnnotations/480p/other\r\n".utf8).write(to: URL(filePath: list))
            let listed = try CommandRun(["caption", "-a", list] + plan)
            #expect(listed.status == 0 && listed.text.contains("tracks     5"), "\(listed.errors)")
        }
    }
}
