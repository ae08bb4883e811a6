import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, ambiguous detections are misread, or read without a note.
@Suite struct DetectionReadingTests {
    private static let clip = ClipFacts(name: "clip", size: PictureSize(width: 100, height: 50), frameCount: 10, frameRate: 10)

    /// Reads the files of a folder, or its only file.
    private func read(
        _ files: [String: String], clip: ClipFacts = clip, _ change: (inout DetectionSettings) -> Void = { _ in }
    ) throws -> DetectionSet {
        try withTemporaryDirectory { folder in
            for (name, text) in files {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            var settings = DetectionSettings()
            change(&settings)
            let path = files.count == 1 ? folder.appending(path: files.keys.first ?? "").path : folder.path
            return try DetectionSources.open(path, settings: settings, clip: clip)
        }
    }

    private func error(_ files: [String: String], clip: ClipFacts = clip) -> String? {
        do { _ = try read(files, clip: clip) } catch let error as MaskError {
            return error.description.contains("\n") ? nil : error.description
        } catch {}
        return nil
    }

    private func labels(_ lines: [[String]]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: lines.enumerated().map { ("clip_\($0 + 1).txt", $1.joined(separator: "\n")) })
    }

    private let box = "0 0.5 0.5 0.2 0.4"
    private let corners = "0 0.1 0.1 0.3 0.12 0.3 0.5 0.1 0.5"

    /// The last number of a line is a confidence or an identity: all lines together decide.
    @Test func numbersAfterUltralyticsBoxes() throws {
        let scores = try read(labels([[box + " 0.9", box + " 1"], [box + " 0.5"]]))
        #expect(scores.detections.map(\.score) == [0.9, 1, 0.5] && scores.detections.allSatisfy { $0.identity == nil })
        let ids = try read(labels([[box + " 1", box + " 2"], [box + " 1"]]))
        #expect(ids.detections.map(\.identity) == [.number(1), .number(2), .number(1)] && ids.detections.allSatisfy { $0.score == nil })
        let both = try read(labels([[box + " 0.9 1", box + " 0.8 2"], [box + " 0.7"]]))
        #expect(both.detections.map(\.score) == [0.9, 0.8, 0.7] && both.detections.map(\.identity) == [.number(1), .number(2), nil])
        let one = try read(labels([[box + " 1"], [box + " 1"]]))
        #expect(
            one.detections.map(\.identity) == [.number(1), .number(1)]
                && one.notes.contains { $0.contains("the last number is 1 in every line") })
        let sure = try read(labels([[box + " 1", box + " 1"]] + [[box + " 1"]]))
        #expect(sure.detections.allSatisfy { $0.score == 1 && $0.identity == nil })
        #expect(error(labels([[box + " 0.9"], [box + " 7"]]))?.contains("a confidence in some lines and an identity in others") == true)
        let plain = try read(labels([[box], [box]]))
        #expect(plain.detections.allSatisfy { $0.score == nil && $0.identity == nil })
        #expect(plain.detections[0].box == Rectangle(left: 40, top: 15, width: 20, height: 20))
    }

    @Test func numbersAfterUltralyticsPolygons() throws {
        let none = try read(labels([[corners], [corners + " 0.05 0.3"]]))
        #expect(none.detections.allSatisfy { $0.score == nil && $0.identity == nil && $0.mask != nil })
        #expect(none.detections.map(\.box.left) == [10, 5])
        let score = try read(labels([[corners + " 0.75"], [corners + " 0.05 0.3 0.5"]]))
        #expect(score.detections.map(\.score) == [0.75, 0.5] && score.detections.map(\.box.left) == [10, 5])
        let id = try read(labels([[corners + " 7"], [corners + " 0.05 0.3 8"]]))
        #expect(id.detections.map(\.identity) == [.number(7), .number(8)])
        let both = try read(labels([[corners + " 0.75 7"], [corners + " 0.5"]]))
        #expect(both.detections.map(\.identity) == [.number(7), nil] && both.detections.map(\.score) == [0.75, 0.5])
        // Three corners have as many numbers as a box with both extras.
        let triangle = try read(labels([["0 0.1 0.1 0.3 0.1 0.3 0.55"], [corners]]))
        #expect(triangle.detections.map { ($0.box.bottom * 10).rounded() } == [275, 250])
    }

    /// Boxes with keypoints are not read as polygons.
    @Test func keypointsOfUltralytics() throws {
        let points = (0..<17).map { "0.\(45 + $0 % 10) 0.\(40 + $0) 0.9" }.joined(separator: " ")
        let set = try read(labels([[box + " " + points + " 0.75"], [box + " " + points + " 0.5"]]))
        #expect(set.detections.map(\.box.width) == [20, 20] && set.detections.map(\.score) == [0.75, 0.5])
        #expect(set.detections.allSatisfy { $0.mask == nil } && set.notes.contains { $0.contains("keypoints are ignored") })
    }

    @Test func namesOfUltralyticsFiles() throws {
        let line = box + " 0.5"
        func frames(_ names: [String], clip: ClipFacts = Self.clip) throws -> DetectionSet {
            try read(Dictionary(uniqueKeysWithValues: names.map { ($0 + ".txt", line) }), clip: clip)
        }
        #expect(try frames(["clip_1", "clip_10"]).detections.map(\.frame) == [0, 9])
        let other = try frames(["walk_1", "walk_3"])
        #expect(other.detections.map(\.frame) == [0, 2] && other.notes.contains { $0.contains("--detection-frame-offset 1") })
        #expect(try frames(["walk_0", "walk_3"]).detections.map(\.frame) == [0, 3])
        let padded = try frames(["00000", "00004"])
        #expect(padded.detections.map(\.frame) == [0, 4])
        let stills = ClipFacts(
            name: "s", size: PictureSize(width: 100, height: 50), frameCount: 3, stills: ["s/img_5.jpg", "s/img_7.jpg", "s/img_9.jpg"])
        #expect(try frames(["img_9", "img_5"], clip: stills).detections.map(\.frame) == [0, 2])
        let two = try frames(["clip_1", "clip_2", "walk_1"])
        #expect(two.detections.map(\.frame) == [0, 1] && two.notes.contains { $0.contains("1 files that are not named like the clip") })
        #expect(error(["anna.txt": line, "bert.txt": line])?.contains("anna.txt: found a name without the number of a frame") == true)
    }

    /// The offset option of masks applies to masks.
    @Test func optionOfMasks() throws {
        try MaskFolderBuilder.run { builder in
            for frame in 1...2 { try builder.add("labels/walk_\(frame).txt", Data((box + " 7\n").utf8)) }
            let source = try MaskSources.open(builder.path, clip: Self.clip)
            #expect(
                source.tracks[0].visibleFrames == [0, 1]
                    && source.notes.contains { $0.contains("(--mask-frame-offset 1 if they count from 0)") })
            var settings = MaskSettings()
            settings.frameOffset = 1
            #expect(try MaskSources.open(builder.path, settings: settings, clip: Self.clip).tracks[0].visibleFrames == [1, 2])
        }
    }

    @Test func namesOfClasses() throws {
        let files = ["labels/clip_1.txt": "0 0.5 0.5 0.2 0.4 0.5\n2 0.5 0.5 0.2 0.4 0.5"]
        for (name, text) in [
            ("labels/classes.txt", "person\nbicycle\ncar\n"), ("data.yaml", "path: x\nnames:\n  0: person\n  2: 'car'\nnc: 3\n"),
            ("data.yaml", "names: [\"person\", bicycle, car]"), ("data.yaml", "names:\n- person\n- bicycle\n- car\n"),
        ] {
            let set = try read(files.merging([name: text]) { one, _ in one })
            #expect(set.detections.map(\.label) == ["person", "car"] && set.notes.isEmpty, "\(text)")
        }
        #expect(error(["clip_1.txt": box], clip: ClipFacts(name: "clip"))?.contains("boxes in parts of the picture, and no clip") == true)
    }

    /// Empty files mean that every frame was examined.
    @Test func emptyFilesOfUltralytics() throws {
        let set = try read(labels([[box], [], [box]]))
        #expect(set.annotatedFrames == [0, 1, 2] && set.detections.map(\.frame) == [0, 2])
    }

    @Test func framesOfCOCOResults() throws {
        func results(_ ids: [String]) -> [String: String] {
            let list = ids.map { #"{"image_id":\#($0),"category_id":3,"bbox":[1,2,3.5,4],"score":0.5,"track_id":9}"# }
            return ["r.json": "[\(list.joined(separator: ","))]"]
        }
        let set = try read(results(["0", "9"]))
        #expect(set.detections.map(\.frame) == [0, 9] && set.detections[0].label == "3" && set.detections[0].identity == .number(9))
        let fromOne = try read(results(["1", "10"]))
        #expect(fromOne.detections.map(\.frame) == [0, 9] && fromOne.notes.contains { $0.contains("number 1 is frame 0") })
        let doubtful = try read(results(["1", "5"]))
        #expect(doubtful.detections.map(\.frame) == [1, 5] && doubtful.notes.contains { $0.contains("--detection-frame-offset -1") })
        #expect(try read(results([#""clip/000004.jpg""#, #""clip/000005.jpg""#])).detections.map(\.frame) == [4, 5])
        let stills = ClipFacts(frameCount: 2, stills: ["s/anna.jpg", "s/bert.jpg"])
        #expect(try read(results([#""bert""#]), clip: stills).detections.map(\.frame) == [1])
        #expect(error(results([#""anna""#, #""bert""#]))?.contains(#"found image_id "anna", expected frame numbers"#) == true)
        #expect(error(results(["4", "400"]))?.contains("expected none after frame 9") == true)
        let moved = try read(results(["4", "5"])) { ($0.frameOffset, $0.frameStep) = (-4, 2) }
        #expect(moved.detections.map(\.frame) == [4, 6])
    }

    @Test func crowdsAndCategoriesOfCOCO() throws {
        let set = try DetectionSources.open(Fixtures.path("detections/coco.json"), clip: DetectionFormatsTests.clip)
        #expect(set.ignored == [
            Detection(frame: 5, box: Rectangle(left: 0, top: 0, width: 30, height: 30), label: "person")
        ])
        #expect(set.pictureSize == PictureSize(width: 64, height: 48))
    }

    @Test func columnsOfSupervision() throws {
        let header = "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id"
        let numbered = try read(["s.csv": header + ",frame_number\r\n1,2,3,4,,,,7\r\n-1.5,2,30,40,2,0.25,-1,8\r\n"])
        #expect(numbered.detections == [
            Detection(frame: 7, box: Rectangle(left: 1, top: 2, width: 2, height: 2)),
            Detection(frame: 8, box: Rectangle(left: -1.5, top: 2, width: 31.5, height: 38), label: "2", score: 0.25),
        ])
        let semicolons = try read(["s.csv": (header + ",frame\n1,2,3,4,,,5,7\n").replacing(",", with: ";")])
        #expect(semicolons.detections.map(\.identity) == [.number(5)])
        let named = try read(["s.csv": header + ",image_name\n1,2,3,4,,,,a/0003.jpg\n1,2,3,4,,,,a/0004.jpg\n"])
        #expect(named.detections.map(\.frame) == [3, 4])
        let few = error(["s.csv": header + "\n1,2,3,4,,,\n"])
        #expect(few?.contains("found rows without a frame, expected a column such as frame_index") == true)
        #expect(error(["s.csv": header + ",frame\n1,2,x,4,,,,7\n"])?.contains(#"line 2: found x_max "x", expected a number"#) == true)
        #expect(error(["s.csv": header + ",frame\n3,2,1,4,,,,7\n"])?.contains("line 2: found a box of -2.0x2.0") == true)
        #expect(
            error(["s.csv": header + ",frame\n1,2,3,4,,,,1.5\n"])?
                .contains(#"line 2: found frame "1.5", expected a frame number"#) == true)
        #expect(error(["s.csv": header + ",frame\n\"1,2,3,4\n"])?.contains("found an unterminated quotation, from line 2") == true)
        #expect(try read(["s.csv": header + ",frame\n"]).detections.isEmpty)
    }
}
