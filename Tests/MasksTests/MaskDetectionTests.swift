import Foundation
import Masks
import TestSupport
import Testing

/// If these fail, a wrong file or folder is taken for masks, or gives an unhelpful error.
@Suite struct MaskDetectionTests {
    private func error(_ content: String, clip: String? = nil, format: MaskFormat? = nil) throws -> String {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "masks.json")
            try Data(content.utf8).write(to: file)
            var settings = MaskSettings()
            settings.format = format
            let error = #expect(throws: MaskError.self) {
                try MaskSources.open(file.path, settings: settings, clip: ClipFacts(name: clip))
            }
            let line = error?.description ?? ""
            #expect(line.hasPrefix(file.path + ": ") && !line.contains("\n"))
            return String(line.dropFirst(file.path.count + 2))
        }
    }

    @Test func contentThatIsNotMasks() throws {
        #expect(try error("").hasPrefix("found an empty file, expected masks as label-png, rgb-png"))
        #expect(try error("hello").hasPrefix("found a file that is neither JSON nor numbers"))
        #expect(try error("1 2 3").hasPrefix("found text with 3 fields in a line"))
        #expect(try error("{\"a\": 1}").hasPrefix("found JSON with the keys a, expected masks as"))
        #expect(try error("[{\"image_id\": 1, \"score\": 1}]").hasPrefix("found JSON with the keys image_id, score"))
        #expect(try error("{\"a\": 1").hasPrefix("found the end of the file at byte 7, expected more JSON"))
        #expect(try error("\u{89}PNG").hasPrefix("found a file that is neither"))
        #expect(try error("[1]") == "found a number at byte 1, expected an RLE, polygons or null")
        #expect(try error("[null]") == "found empty masks (no pixel of any object), expected at least one object")
        #expect(try error(String(repeating: "[", count: 100_000)).contains("more than 64 levels"))
    }

    @Test func filesThatContradictThemselves() throws {
        func vis(_ segmentation: String, videos: String = #"{"id":1,"width":2,"height":2,"length":1}"#) throws -> String {
            try error(#"{"videos":[\#(videos)],"annotations":[{"id":5,"video_id":1,"segmentations":[\#(segmentation)]}]}"#)
        }
        #expect(try vis(#"{"size":[2,2],"counts":[4]}"#) == "found an empty track 5 (no pixel in any frame), expected at least one")
        #expect(
            try vis(#"{"size":[2,2],"counts":[1,2]}"#)
                == "annotation 5, frame 0: found an RLE whose runs add up to 3, expected 4 as its size says")
        #expect(try vis(#"{"size":[3,2],"counts":[0,6]}"#) == "annotation 5, frame 0: found a mask of 2x3, expected 2x2 as the others")
        #expect(try vis("null,null") == "found annotation 5 with 2 segmentations, expected 1, one a frame")
        #expect(try vis(#"{"size":[2],"counts":[4]}"#).hasPrefix("found a size of 1 numbers at byte"))
        #expect(try vis(#"{"size":[2,2],"counts":[-4]}"#).hasPrefix("found a run of -4 at byte"))
        #expect(try vis("[[0,0,1,1,2]]").hasPrefix("annotation 5, frame 0: found a polygon of 5 numbers"))
        #expect(try vis("[[0,0,1e9,1,2,2]]").hasPrefix("annotation 5, frame 0: found a polygon far outside the picture"))
        let size = #"{"id":1,"width":1000000000000,"height":1000000000000,"length":1}"#
        #expect(try vis("[[0,0,1,1,2,2]]", videos: size).contains("found an RLE of 1000000000000x1000000000000"))
        #expect(try error("1 1 1 2 2 04\n1 1 1 2 2 04\n") == "found a second mask of track 1 for frame 1, expected one")
        #expect(try error("1,1,1,1,2,2,1\n1,1,1,1,2,2,1\n") == "found a second mask of track 1 for frame 0, expected one")
        #expect(try error("1,-1,1,1,2,2,1\n") == "line 1: found id -1, as detections have, expected tracks")
        #expect(try error("-1,1,1,1,2,2,1\n") == "found frame -1, expected 1 or more")
        #expect(try error("1,1,1,1,nan,2,1\n").hasPrefix("line 1: found \"nan\""))
        #expect(try error("1,1,1,1,2,2,0\n").hasPrefix("found boxes with conf 0 only"))
    }

    /// A file with several videos needs a clip to select one.
    @Test func severalVideos() throws {
        let path = Fixtures.path("masks/formats/youtube-vis-two.json")
        #expect(try MaskSources.open(path, clip: ClipFacts(name: "other")).tracks.map(\.id) == [.number(4)])
        let unknown = #expect(throws: MaskError.self) { try MaskSources.open(path, clip: ClipFacts(name: "clip")) }
        #expect(unknown?.description == "\(path): found 2 videos (other, scene), expected one of them to be named like the clip, clip")
        #expect(throws: MaskError.self) { try MaskSources.open(path) }
        let only = Fixtures.path("masks/formats/youtube-vis.json")
        #expect(try MaskSources.open(only, clip: ClipFacts(name: "clip")).tracks.count == 3)
    }

    @Test func trackIDsAreNeededForSeveralPictures() throws {
        let images = #"[{"id":1,"width":2,"height":2,"file_name":"0.jpg"},{"id":2,"width":2,"height":2,"file_name":"1.jpg"}]"#
        let annotations = #"[{"id":1,"image_id":1,"segmentation":[[0,0,2,0,2,2]]},{"id":2,"image_id":2,"segmentation":[[0,0,2,0,2,2]]}]"#
        #expect(try error(#"{"images":\#(images),"annotations":\#(annotations)}"#)
            == "found annotations without track_id in 2 pictures, expected track_id, to know an object again")
    }

    /// Frames with a file per object, where objects with a file per frame are expected.
    @Test func foldersOfFramesAreRefused() throws {
        for (folders, files) in [
            (["frame_00000", "frame_00001"], ["obj_1", "obj_2"]), (names(0..<3, ending: ""), ["1", "2"]), (["0", "1", "2"], ["1", "2"]),
        ] {
            try MaskFolderBuilder.run { builder in
                for folder in folders { try builder.add(files.map { "\(folder)/\($0).png" }) }
                let error = builder.error(frames: 3)
                #expect(error?.contains("\(folders.count) folders such as \(folders[0])") == true, "\(folders)")
                #expect(error?.contains("--masks-format per-object-png") == true && error?.contains("<frame>_mask_<object>.png") == true)
                #expect(try builder.open { $0.format = .objectPNG }.tracks.count == folders.count)
            }
        }
        for (folders, files) in [
            (["000", "001", "002"], ["00000", "00001"]), (["obj_1", "obj_2"], ["frame_0", "frame_1"]), (["0", "1", "2"], ["1"]),
        ] {
            try MaskFolderBuilder.run { builder in
                for folder in folders { try builder.add(files.map { "\(folder)/\($0).png" }) }
                #expect(try builder.open(frames: 3).tracks.count == folders.count)
            }
        }
    }

    @Test func severalObjectsInAFileOfOne() throws {
        try MaskFolderBuilder.run { builder in
            for frame in 1...3 { try builder.add("\(frame)_mask_0.png", objects: [1, 2]) }
            let error = builder.error()
            #expect(error?.contains("1_mask_0.png: found 2 object numbers in a file that is named like one object's") == true)
            #expect(error?.contains("label-png") == true)
            #expect(try builder.open { $0.format = .binaryPNG }.tracks.count == 1)
            let labels = try builder.open { $0.format = .labelPNG }
            #expect(labels.tracks.count == 2 && labels.annotatedFrames == [1, 2, 3])
        }
    }

    @Test func foldersWithoutMasks() throws {
        try withTemporaryDirectory { folder in
            func line() -> String? {
                do { _ = try MaskSources.open(folder.path) } catch { return "\(error)" }
                return nil
            }
            func add(_ fixture: String, _ name: String) throws {
                let target = folder.appending(path: name)
                try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: Fixtures.path("masks/\(fixture)"), toPath: target.path)
            }
            #expect(line() == "\(folder.path): found an empty folder, expected label PNGs named by frame, such as 00000.png")
            try add("formats/label-png/00001.png", "clip/00001.png")
            #expect(
                line() == "\(folder.path)/clip/00001.png: found 2 object numbers in a folder of its own, "
                    + "expected the masks of one clip, not of several (or --masks-format per-object-png)")
            var settings = MaskSettings()
            settings.format = .objectPNG
            #expect(try MaskSources.open(folder.path, settings: settings).tracks.map(\.id) == [.name("clip")])
            try add("formats/binary-named/00001_mask_1.png", "00001_mask_1.png")
            try add("formats/binary-named/00001_mask_1.png", "00002.png")
            #expect(line() == "\(folder.path)/00002.png: found a name without object, expected <frame>_mask_<object>.png as the others")
        }
        let png = Fixtures.path("masks/void/only_3.png")
        let one = #expect(throws: MaskError.self) { try MaskSources.open(png) }
        #expect(one?.description == "\(png): found one PNG, expected the folder it is in")
        let photograph = #expect(throws: MaskError.self) { try MaskSources.open(Fixtures.golden(.damB, "media")) }
        #expect(photograph?.reason == .unusable(
            found: "a name without a number at its end", expected: "a frame number, such as 00000.png"))
        var settings = MaskSettings()
        settings.format = .mots
        #expect(throws: MaskError.self) { try MaskSources.open(Fixtures.path("masks/void"), settings: settings) }
    }
}
