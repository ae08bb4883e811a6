import Foundation
import Masks
import Media
import TestSupport
import Testing

/// If these fail, `damvideo track` writes or scores something other than its result, or hides faults.
@Suite struct TrackCommandTests {
    private let clip = Fixtures.path("cut/clip.mp4"), masks = Fixtures.path("cut/masks")

    @Test func masksOfOneFrameArePropagated() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks").path
            let arguments = ["track", clip, "--masks", masks, "--from-frame", "0", "--evaluate", masks, "-o", output, "--json"]
            let run = try CommandRun(arguments)
            #expect(run.status == 0, "\(run.errors)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            let frames = try #require(report["frames"] as? Int)
            #expect(report["compared_frames"] as? Int == frames - 1)
            let written = try LabelFolderReader(path: output), given = try LabelFolderReader(path: masks)
            // The mean over tracks and frames; a track absent on both sides of a frame agrees there.
            let scores = try given.tracks.flatMap { track in
                try (1..<frames).map { try intersectionOverUnion(of: track.id, at: $0, written, given) }
            }
            let j = try #require(report["j"] as? Double)
            #expect(abs(j - scores.reduce(0, +) / Double(scores.count)) < 1e-9)
            #expect(written.annotatedFrames == Array(0..<frames))
            for track in given.tracks where track.firstFrame == 0 {
                #expect(try written.mask(of: track.id, at: 0) == given.mask(of: track.id, at: 0))
            }
            let again = try CommandRun(arguments)
            #expect(again.status == 73 && again.errors.contains("--overwrite"))
        }
    }

    /// Tracks written as MOTChallenge text serve as reference boxes for the masks they come from.
    @Test func tracksAreScoredAndWrittenAsText() throws {
        try withTemporaryDirectory { folder in
            let tracks = folder.appending(path: "tracks.txt").path
            let arguments = ["track", clip, "--masks", masks, "--from-frame", "0"]
            let first = try CommandRun(arguments + ["--evaluate", masks, "-o", tracks, "--convert", "motchallenge"])
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.text.contains("\nHOTA 0.") && first.text.contains(" false positive"))
            let written = try MaskSources.open(tracks)
            #expect(written.format == .motChallenge && written.tracks.first?.firstFrame == 0)

            let run = try CommandRun(arguments + ["--evaluate", tracks, "--json"])
            #expect(run.status == 0, "\(run.errors)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            let scores = try #require(report["tracking"] as? [String: Double])
            #expect(scores.count == 23 && scores["mota"] == 1 && scores["idf1"] == 1 && scores["switches"] == 0)
            #expect(scores["truth_tracks"] == Double(written.tracks.count))
            #expect(scores["found_detections"] == Double(written.tracks.reduce(0) { $0 + $1.appearances.count }))
        }
    }

    /// A name cannot be saved as a number: reported before SAM 2 runs.
    @Test(arguments: [("label-png", "1 to 65535"), ("motchallenge", "0 to 1000000000")])
    func unwritableIdsAreRefusedFirst(format: String, ids: String) throws {
        try withTemporaryDirectory { folder in
            let run = try CommandRun([
                "track", clip, "--sam", model, "--point", "20,20", "--at", "0", "--object", "walker", "-o",
                folder.appending(path: "out").path, "--convert", format,
            ])
            #expect(run.status == 65 && !run.errors.contains("tracking forward"), "\(run.errors)")
            #expect(run.errors.contains("\(clip): found track walker, whose id is not \(ids), expected only what \(format) can hold"))
        }
    }

    private func intersectionOverUnion(
        of track: TrackID, at frame: Int, _ first: any MaskSource, _ second: any MaskSource
    ) throws -> Double {
        func pixels(_ source: any MaskSource) throws -> [UInt8]? {
            guard source.tracks.first(where: { $0.id == track })?.appearance(at: frame) != nil else { return nil }
            return try source.mask(of: track, at: frame).pixels
        }
        let one = try pixels(first), other = try pixels(second)
        guard let one, let other else { return one == nil && other == nil ? 1 : 0 }
        let pairs = zip(one, other)
        return Double(pairs.count { $0 > 0 && $1 > 0 }) / Double(pairs.count { $0 > 0 || $1 > 0 })
    }

    @Test func regionsStartTracks() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks").path
            let run = try CommandRun([
                "track", clip, "--box", "10,10,20,30", "--at", "2", "--polygon", "40,5,60,5,50,25", "--at", "0", "-o", output,
            ])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.text.contains("track 1") && run.text.contains("track 2") && run.text.contains("frames/s"))
            let box = try LabelFolderReader(path: output).track(.number(1)).appearance(at: 2)?.box
            #expect(box.map { [$0.left, $0.top, $0.width, $0.height] } == [10, 10, 20, 30])
        }
    }

    private let courtyard = Courtyard.clip

    /// Frames keep their numbers; nothing outside the part is tracked, scored or written.
    @Test func tracksAPartOfAClip() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks.json").path
            let run = try CommandRun([
                "track", courtyard, "--masks", Courtyard.masks, "--from-frame", "52", "--start", "5",
                "--duration", "0.6", "--evaluate", Courtyard.masks, "-o", output, "--convert", "youtube-vis", "--json",
            ])
            #expect(run.status == 0, "\(run.errors)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            #expect(report["frames"] as? Int == 6 && report["compared_frames"] as? Int == 5)
            #expect((report["j"] as? Double).map { $0 > 0.8 } == true)
            let written = try MaskSources.open(output)
            #expect(written.format == .youtubeVIS && written.annotatedFrames == Array(50..<56))
            #expect(written.tracks.count == 5 && written.tracks[0].visibleFrames == Array(50..<56))
        }
    }

    /// A series of stills gives the clip's masks, and a clip on stdin those of the file.
    @Test func stillsAndStandardInput() throws {
        try withTemporaryDirectory { folder in
            let stills = folder.appending(path: "stills")
            try FileManager.default.createDirectory(at: stills, withIntermediateDirectories: false)
            let frames = try VideoClip(path: courtyard).frames(0..<6)
            while let frame = try frames.next() {
                let image = try frame.image()
                try Data("P6\n\(image.width) \(image.height)\n255\n".utf8 + image.pixels)
                    .write(to: stills.appending(path: "\(frame.index).ppm"))
            }
            func track(_ clip: String, _ arguments: [String], input: Data? = nil) throws -> any MaskSource {
                let output = folder.appending(path: "masks-\(arguments.count)").path
                let run = try CommandRun(
                    ["track", clip, "--box", "502,272,42,113", "--at", "0", "-o", output] + arguments, input: input)
                #expect(run.status == 0, "\(run.errors)")
                return try MaskSources.open(output)
            }
            let ofClip = try track(courtyard, ["--duration", "0.6"])
            let ofStills = try track(stills.path, [])
            let ofPipe = try track("-", ["--duration", "0.6", "--quiet"], input: Data(contentsOf: URL(filePath: courtyard)))
            for source in [ofStills, ofPipe] {
                #expect(source.tracks == ofClip.tracks)
                #expect(try source.mask(of: .number(1), at: 5) == ofClip.mask(of: .number(1), at: 5))
            }
            let late = try CommandRun(
                ["track", "-", "--box", "502,272,42,113", "--at", "3", "-o", folder.appending(path: "late").path],
                input: Data(contentsOf: URL(filePath: courtyard)))
            #expect(late.status == 65 && late.errors.contains("standard input: found a clip that can be read only once"))
        }
    }

    /// Label PNGs cannot store overlapping objects: reported before any work; other formats keep them.
    @Test func overlappingObjectsAreNotLost() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks").path
            let arguments = ["track", clip, "--box", "10,10,30,30", "--at", "0", "--box", "20,20,30,20", "--at", "0", "-o", output]
            let labels = try CommandRun(arguments)
            #expect(labels.status == 65 && labels.errors.contains("found tracks 1 and 2 over each other in frame 0"))
            #expect(!FileManager.default.fileExists(atPath: output))
            let objects = try CommandRun(arguments + ["--convert", "per-object-png"])
            #expect(objects.status == 0, "\(objects.errors)")
            let written = try MaskSources.open(output)
            #expect(written.format == .objectPNG)
            #expect(written.tracks.map { $0.appearance(at: 0)?.area } == [900, 600])
        }
    }

    @Test(arguments: [
        (["--box", "1,2,3,4"], 64, "damvideo: error: Give one --at for all regions and points, or one for each."),
        (["--box", "0,0,5,5", "--at", "0", "--convert", "mots"], 64,
         "damvideo: error: convert mots: expected label-png, per-object-png, youtube-vis, motchallenge"),
        (["--box", "0,0,5,5", "--at", "0", "--start", "-1"], 64, "damvideo: error: --start -1.0: expected seconds, 0 or more"),
        (["--box", "0,0,5,5", "--at", "0", "--start", "1000"], 65, "damvideo: error: CLIP: found no mask in frames"),
        (["--box", "1,2,3", "--at", "0"], 64, "damvideo: error: --box takes four whole numbers: left,top,width,height."),
        (["--box", "1,2,3,x", "--at", "0"], 64, "damvideo: error: The value '1,2,3,x' is invalid for '--box <l,t,w,h>'"),
        (["--polygon", "1,2,3,4", "--at", "0"], 64,
         "damvideo: error: polygon of 4 numbers: expected x,y of three corners or more"),
        (["--box", "0,0,5,5", "--at", "0", "--masks", "/nonexistent"], 64,
         "damvideo: error: Give either --masks or --box, --polygon or --point, or none of them"),
        (["--masks", "/nonexistent"], 66, "damvideo: error: /nonexistent: no such file or folder"),
        (["--box", "9999,0,5,5", "--at", "0"], 65,
         "damvideo: error: CLIP: found region 1 outside the picture, expected at least one pixel of 64x48"),
        (["--box", "0,0,5,5", "--at", "99999"], 65,
         "damvideo: error: CLIP: found a mask for frame 99999, expected none after frame 7: the clip has 8 frames"),
    ])
    func errorsHaveMessagesAndExitCodes(arguments: [String], code: Int, sentence: String) throws {
        try withTemporaryDirectory { folder in
            let run = try CommandRun(["track", clip] + arguments + ["-o", folder.appending(path: "masks").path])
            #expect(Int(run.status) == code && run.text.isEmpty)
            #expect(run.lines.first?.hasPrefix(sentence.replacing("CLIP", with: clip)) == true, "\(run.errors)")
        }
    }

    private var model: String { Fixtures.path("sam/video-a") }

    /// Two objects, one corrected on a later frame.
    @Test func pointsAndBoxesStartTracks() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks").path
            let run = try CommandRun([
                "track", clip, "--sam", Fixtures.path("sam/video-b"), "--box", "10,10,20,30", "--at", "2", "--object", "7",
                "--point", "40,20", "--at", "0", "--object", "3", "--point", "44,20,-", "--at", "5", "--object", "3", "-o", output,
            ])
            #expect(run.status == 0, "\(run.errors)")
            let written = try LabelFolderReader(path: output)
            #expect(written.tracks.map(\.id) == [.number(3), .number(7)])
            #expect(written.annotatedFrames == Array(0..<8))
        }
    }

    /// SAM 2 keeps given masks and propagates them.
    @Test func masksStartSegmentation() throws {
        try withTemporaryDirectory { folder in
            let output = folder.appending(path: "masks.json").path
            let run = try CommandRun([
                "track", clip, "--sam", model, "--masks", masks, "--from-frame", "3", "--evaluate", masks, "-o", output,
                "--convert", "youtube-vis", "--no-overlap", "--json",
            ])
            #expect(run.status == 0, "\(run.errors)")
            let report = try #require(try JSONSerialization.jsonObject(with: run.output) as? [String: Any])
            #expect(report["frames"] as? Int == 8 && report["compared_frames"] as? Int == 7)
            let written = try MaskSources.open(output), given = try LabelFolderReader(path: masks)
            for track in given.tracks where track.appearance(at: 3) != nil {
                #expect(try written.mask(of: track.id, at: 3) == given.mask(of: track.id, at: 3))
            }
        }
    }

    @Test(arguments: [
        (["--sam", "MODEL", "--point", "9999,3", "--at", "0"], 65, "found point 9999,3"),
        (["--sam", "MODEL", "--point", "5,5", "--at", "99"], 65, "found a prompt on frame 99, expected one from 0 to 7"),
        (["--sam", "MODEL", "--box", "500,5,9,9", "--at", "0"], 65, "found box 500,5,9,9"),
        (["--sam", "MODEL", "--point", "5,5"], 64, "--at"), (["--point", "5,5", "--at", "0"], 64, "--sam"),
        (["--sam", "MODEL", "--box", "1,2,3,4", "--box", "5,6,7,8", "--point", "3,3", "--at", "0"], 64, "--object"),
        (["--sam", "MODEL", "--box", "1,2,3,4", "--box", "5,6,7,8", "--object", "1", "--at", "0"], 64, "two boxes"),
        (["--sam", "/nonexistent", "--point", "5,5", "--at", "0"], 69, "/nonexistent"),
    ])
    func invalidPromptsHaveTheirExitCode(arguments: [String], code: Int, says: String) throws {
        try withTemporaryDirectory { folder in
            let run = try CommandRun(
                ["track", clip] + arguments.map { $0 == "MODEL" ? model : $0 } + ["-o", folder.appending(path: "masks").path])
            #expect(Int(run.status) == code && run.errors.contains(says), "\(run.errors)")
            #expect(run.text.isEmpty)
        }
    }
}
