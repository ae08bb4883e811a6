import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, annotations from CVAT, Label Studio, labelme, Grounded-SAM-2 and VideoRefer are on other frames, or last longer
/// or shorter, than in those tools.
@Suite struct VideoAnnotationTests {
    private static let clip = ClipFacts(name: "clip", size: PictureSize(width: 100, height: 50), frameCount: 10, frameRate: 10)

    private func read(_ files: [String: String], clip: ClipFacts = clip) throws -> DetectionSet {
        try withTemporaryDirectory { folder in
            for (name, text) in files {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            let path = files.count == 1 ? folder.appending(path: files.keys.first ?? "").path : folder.path
            return try DetectionSources.open(path, clip: clip)
        }
    }

    private func error(_ files: [String: String], clip: ClipFacts = clip) -> String? {
        do { _ = try read(files, clip: clip) } catch let error as MaskError {
            return error.description.contains("\n") ? nil : error.description
        } catch {}
        return nil
    }

    private func cvat(_ shapes: String, meta: String = "", track: String = "id=\"3\" label=\"a\"") -> [String: String] {
        let meta = meta.isEmpty ? "<task><start_frame>0</start_frame><stop_frame>9</stop_frame></task>" : meta
        return ["a.xml": "<annotations><meta>\(meta)</meta><track \(track)>\(shapes)</track></annotations>"]
    }

    private func box(_ frame: Int, _ left: Double, outside: Int = 0, more: String = "") -> String {
        "<box frame=\"\(frame)\" outside=\"\(outside)\" xtl=\"\(left)\" ytl=\"5\" xbr=\"\(left + 10)\" ybr=\"25\" \(more)/>"
    }

    /// A shape that is never ended lasts to the task's last frame; an outside one is absent until the next.
    @Test func presenceInCVAT() throws {
        let set = try read(cvat(box(1, 10) + box(3, 20) + box(4, 20, outside: 1) + box(7, 40)))
        #expect(set.detections.map(\.frame) == [1, 2, 3, 7, 8, 9] && set.detections.map(\.box.left) == [10, 15, 20, 40, 40, 40])
        #expect(set.notes.count == 1 && set.notes[0].contains("1 track has no end: carried to the task's last frame"))
        #expect(set.annotatedFrames == Array(0...9) && set.detections[0].identity == .number(3))
        let masks = cvat("<mask frame=\"1\" outside=\"0\" rle=\"0, 4\" left=\"2\" top=\"3\" width=\"2\" height=\"2\"/>")
        #expect(try read(masks).detections.map(\.frame) == [1])
    }

    /// Frames are the video's; a task may have part of them, or every second one.
    @Test func framesOfCVAT() throws {
        let meta = "<task><start_frame>4</start_frame><stop_frame>8</stop_frame><frame_filter>step=2</frame_filter></task>"
        let set = try read(cvat(box(4, 10) + box(8, 30), meta: meta))
        #expect(set.detections.map(\.frame) == [4, 6, 8] && set.detections.map(\.box.left) == [10, 20, 30])
        #expect(set.annotatedFrames == [4, 6, 8])
        let cut = "<task><start_frame>100</start_frame><stop_frame>109</stop_frame></task>"
        let moved = try read(cvat(box(102, 10) + box(103, 10, outside: 1), meta: cut))
        #expect(moved.detections.map(\.frame) == [2] && moved.notes.contains { $0.contains("number 100 is frame 0") })
    }

    @Test func shapesOfCVAT() throws {
        let turned = try read(cvat(box(1, 10, more: "rotation=\"90\"") + box(2, 10, outside: 1)))
        let found = try #require(turned.detections.first)
        #expect(abs(found.box.left - 5) < 1e-9 && abs(found.box.width - 20) < 1e-9 && abs(found.box.top - 10) < 1e-9)
        #expect(found.mask.map { abs($0.area - 200) <= 42 } == true)
        let ellipse = "<ellipse frame=\"9\" outside=\"0\" cx=\"50\" cy=\"25\" rx=\"20\" ry=\"10\"/>"
        let round = try read(cvat(ellipse + "<points frame=\"9\" points=\"1,1\"/>"))
        #expect(round.detections[0].box == Rectangle(left: 30, top: 15, width: 40, height: 20))
        #expect(round.detections[0].mask.map { abs($0.area - 628) < 50 } == true && round.notes.contains { $0.contains("1 points, lines") })
        let runs = "<mask frame=\"9\" outside=\"0\" rle=\"1, 2, 1, 2\" left=\"98\" top=\"3\" width=\"3\" height=\"2\"/>"
        let mask = try #require(try read(cvat(runs)).detections.first)
        // The third column lies outside the picture.
        #expect(mask.mask?.area == 2 && mask.mask?.box == BoundingBox(left: 99, top: 3, width: 1, height: 2))
    }

    @Test func projectsAndImagesOfCVAT() throws {
        func task(_ id: Int, _ name: String) -> String {
            "<task><id>\(id)</id><name>\(name)</name><start_frame>0</start_frame><stop_frame>9</stop_frame></task>"
        }
        let project = "<project><tasks>\(task(1, "walk.mp4"))\(task(2, "clip.mp4"))</tasks></project>"
        let ends = box(5, 10) + box(6, 10, outside: 1)
        #expect(try read(cvat(ends, meta: project, track: "id=\"1\" label=\"a\" task_id=\"2\"")).detections.count == 1)
        #expect(try read(cvat(ends, meta: project, track: "id=\"1\" label=\"a\" task_id=\"1\"")).detections.isEmpty)
        let other = ClipFacts(name: "run", size: PictureSize(width: 100, height: 50))
        #expect(error(cvat(ends, meta: project, track: "id=\"1\" task_id=\"1\""), clip: other)?.contains("2 videos (walk, clip)") == true)
        let images = """
            <annotations><meta/><image id="0" name="a/3.jpg" width="100" height="50"><box label="a" xtl="1" ytl="2" xbr="4" ybr="8">
            <attribute name="track_id">7</attribute></box></image>\
            <image id="1" name="a/4.jpg" width="100" height="50"></image></annotations>
            """
        let set = try read(["a.xml": images])
        #expect(set.detections == [
            Detection(frame: 0, box: Rectangle(left: 1, top: 2, width: 3, height: 6), label: "a", identity: .number(7)),
        ])
        #expect(set.annotatedFrames == [0, 1])
        let stills = ClipFacts(frameCount: 5, stills: (0..<5).map { "a/\($0).jpg" })
        #expect(try read(["a.xml": images], clip: stills).annotatedFrames == [3, 4])
    }

    private func keyframe(_ frame: Int, _ x: Double, _ enabled: Bool = true, rotation: Double = 0) -> String {
        #"{"frame":\#(frame),"x":\#(x),"y":10,"width":20,"height":40,"enabled":\#(enabled),"rotation":\#(rotation)}"#
    }

    private func labelStudio(
        _ keyframes: [String], count: Int = 10, duration: Double = 1, video: String = "/data/ab12-clip.mp4"
    ) -> [String: String] {
        ["ls.json": #"[{"data":{"video":"\#(video)"},"annotations":[{"result":[\#(region(keyframes, count, duration))]}]}]"#]
    }

    private func region(_ keyframes: [String], _ count: Int = 10, _ duration: Double = 1) -> String {
        let value = #"{"framesCount":\#(count),"duration":\#(duration),"labels":["dog"],"sequence":[\#(keyframes.joined(separator: ","))]}"#
        return #"{"id":"aX_1","type":"videorectangle","value":\#(value)}"#
    }

    /// A keyframe that is not enabled still shows the rectangle; after an enabled last one it stays to the end.
    @Test func presenceInLabelStudio() throws {
        let set = try read(labelStudio([keyframe(2, 0), keyframe(4, 20, false), keyframe(8, 50)]))
        #expect(set.detections.map(\.frame) == [1, 2, 3, 7, 8, 9] && set.detections.map(\.box.left) == [0, 10, 20, 50, 50, 50])
        #expect(set.detections[0] == Detection(
            frame: 1, box: Rectangle(left: 0, top: 5, width: 20, height: 20), label: "dog", identity: .name("aX_1")))
        #expect(set.notes.isEmpty && set.annotatedFrames == Array(0..<10))
    }

    /// The project's frame rate is a setting, and often not the clip's.
    @Test func framesOfLabelStudioByTime() throws {
        let clip = ClipFacts(name: "clip", size: PictureSize(width: 100, height: 50), frameCount: 100, frameRate: 10)
        let set = try read(labelStudio([keyframe(1, 0), keyframe(241, 80, false)], count: 240, duration: 10), clip: clip)
        #expect(set.detections.map(\.frame) == Array(0..<100) && set.notes.count == 1 && set.notes[0].contains("frames are found by time"))
        #expect(abs(set.detections[50].box.left - 40) < 1e-9)
        let half = try read(labelStudio([keyframe(1, 0), keyframe(25, 40), keyframe(51, 40, false)], count: 50, duration: 10), clip: clip)
        #expect(half.detections.map(\.frame) == Array(0..<100) && abs(half.detections[48].box.left - 40) < 1e-9)
        // One frame too many is a length that was rounded up.
        let more = try read(labelStudio([keyframe(1, 0), keyframe(101, 40, false)], count: 101, duration: 10.05), clip: clip)
        #expect(more.detections.map(\.frame) == Array(0..<100) && more.notes.isEmpty)
    }

    @Test func tasksAndAnnotationsOfLabelStudio() throws {
        func task(_ video: String, _ annotations: [String]) -> String {
            #"{"data":{"video":"\#(video)"},"annotations":[\#(annotations.joined(separator: ","))]}"#
        }
        let one = #"{"result":[\#(region([keyframe(1, 0, false)]))]}"#, other = #"{"result":[\#(region([keyframe(2, 0, false)]))]}"#
        let tasks = "[\(task("x/walk.mp4", [one])),\(task("x/9f-clip.mp4", [other]))]"
        #expect(try read(["ls.json": tasks]).detections.map(\.frame) == [1])
        #expect(
            error(["ls.json": tasks], clip: ClipFacts(name: "a", size: PictureSize(width: 9, height: 9)))?
                .contains("2 videos (walk, 9f-clip)") == true)
        #expect(error(["ls.json": "[\(task("clip.mp4", [one, other]))]"])?.contains("found 2 annotations of one task") == true)
        let truth = other.replacing(#"{"result""#, with: #"{"ground_truth":true,"result""#)
        #expect(try read(["ls.json": "[\(task("clip.mp4", [one, truth]))]"]).detections.map(\.frame) == [1])
        let bare = #"[{"video":"clip.mp4","id":4,"box":[{"framesCount":10,"duration":1,"labels":["dog"],"#
            + #""sequence":[\#(keyframe(3, 0, false))]}],"annotator":1}]"#
        #expect(try read(["ls.json": bare]).detections.map(\.frame) == [2])
        let rotated = try read(labelStudio([keyframe(1, 50, false, rotation: 90)]))
        #expect(abs(rotated.detections[0].box.left - 30) < 1e-9 && abs(rotated.detections[0].box.top - 5) < 1e-9)
        #expect(error(labelStudio([keyframe(1, 0), keyframe(1, 5)]))?.contains("region aX_1: found frame 1 twice") == true)
    }

    private func labelme(_ shapes: [String], size: String = #""imageHeight":50,"imageWidth":100"#) -> String {
        #"{"version":"5","shapes":[\#(shapes.joined(separator: ","))],"imagePath":"a.jpg","imageData":null,\#(size)}"#
    }

    private func shape(_ label: String, _ group: String, _ points: String, type: String = "rectangle") -> String {
        #"{"label":"\#(label)","points":\#(points),"group_id":\#(group),"shape_type":"\#(type)","flags":{}}"#
    }

    @Test func objectsOfLabelme() throws {
        let left = "[[10,10],[20,20]]", right = "[[40,10],[50,30]]"
        // Shapes of the same label and group are one object, as in labelme itself.
        let grouped = try read([
            "0.json": labelme([shape("a", "1", left), shape("a", "1", right), shape("b", "1", left)]), "1.json": labelme([]),
        ])
        #expect(grouped.detections.map(\.identity) == [.name("a 1"), .name("b 1")] && grouped.annotatedFrames == [0, 1])
        #expect(grouped.detections[0].box == Rectangle(left: 10, top: 10, width: 40, height: 20))
        #expect(grouped.detections[0].mask.map { abs($0.area - 300) < 30 } == true)
        let named = try read(["0.json": labelme([shape("a", "null", left)]), "1.json": labelme([shape("a", "null", right)])])
        #expect(named.detections.map(\.identity) == [.name("a"), .name("a")] && named.notes.contains { $0.contains(
            "objects are identified by label") })
        let unnamed = try read(["0.json": labelme([shape("a", "null", left), shape("a", "null", right)]), "1.json": labelme([])])
        #expect(unnamed.detections.map(\.identity) == [nil, nil])
        let others = try read(["3.json": labelme([
            shape("a", "2", "[[50,25],[50,35]]", type: "circle"), shape("a", "3", "[[1,1]]", type: "point"),
        ])])
        #expect(others.detections.count == 1 && others.notes.contains { $0.contains("1 points and lines are ignored") })
        #expect(abs(others.detections[0].box.left - 40) < 1e-9 && abs(others.detections[0].box.height - 20) < 1e-9)
    }

    /// Pictures of labelme and others state their size, which may be a reduced version of the clip's.
    @Test func sizesOfPictures() throws {
        let half = labelme(
            [shape("a", "1", "[[10,5],[20,20]]"), shape("b", "2", "[[1,1],[9,1],[9,9],[1,9]]", type: "polygon")],
            size: #""imageHeight":25,"imageWidth":50"#)
        let set = try read(["0.json": half])
        #expect(
            set.detections[0].box == Rectangle(left: 20, top: 10, width: 20, height: 30)
                && set.pictureSize == PictureSize(width: 50, height: 25))
        #expect(
            set.detections[1].mask.map { $0.mask.width == 100 && abs($0.area - 256) < 70 } == true
                && set.notes.contains { $0.contains("scaled") })
        let square = labelme([], size: #""imageHeight":50,"imageWidth":50"#)
        #expect(error(["0.json": square])?.contains("found detections on pictures of 50x50, expected 100x50 as the clip") == true)
        #expect(error(["0.json": half, "1.json": square])?.contains("found pictures of 50x25 and of 50x50, expected one size") == true)
    }

    /// Objects without pixels are hidden; without an array there are only boxes.
    @Test func objectsOfGroundedSAM2() throws {
        func frame(_ labels: String) -> String {
            #"{"mask_name":"m","mask_height":50,"mask_width":100,"promote_type":"mask","labels":{\#(labels)}}"#
        }
        func label(_ id: Int, _ box: String, _ logit: Double = 0) -> String {
            let corners = zip(["x1", "y1", "x2", "y2"], box.split(separator: ",")).map { "\"\($0)\":\($1)" }.joined(separator: ",")
            return #""\#(id)":{"instance_id":\#(id),"class_name":"car",\#(corners),"logit":\#(logit)}"#
        }
        let set = try read([
            "json_data/mask_00004.json": frame(label(1, "2,3,9,8") + "," + label(2, "0,0,0,0")),
            "json_data/mask_00005.json": frame(label(1, "2.5,3,9,8", 0.75)),
        ])
        #expect(set.detections == [
            Detection(frame: 4, box: Rectangle(left: 2, top: 3, width: 8, height: 6), label: "car", identity: .number(1)),
            Detection(frame: 5, box: Rectangle(left: 2.5, top: 3, width: 6.5, height: 5), label: "car", score: 0.75, identity: .number(1)),
        ])
        #expect(set.annotatedFrames == [4, 5])
    }

    @Test func objectsOfVideoRefer() throws {
        let square = #"{"segmentation":[[1,1,9,1,9,9,1,9]]}"#, none = #"{"segmentation":null}"#
        let json = #"[{"id":4,"video":"v/clip.mp4","annotation":[{"0":\#(square),"8":\#(none)},{"8":\#(square)}]},"#
            + #"{"video":"v/clip.mp4","annotation":[{"1":\#(square)}]}]"#
        let set = try read(["r.json": json])
        #expect(set.detections.map(\.identity) == [.name("4-1"), .number(2), .name("4-2")] && set.detections.map(\.frame) == [0, 1, 8])
        #expect(set.annotatedFrames == [0, 1, 8] && set.detections.allSatisfy { $0.box == Rectangle(left: 1, top: 1, width: 8, height: 8) })
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "r.json")
            try Data(json.utf8).write(to: file)
            let source = try MaskSources.open(file.path, clip: Self.clip)
            // Its own frames: null means that the object is absent.
            #expect(source.annotatedFrames(of: .name("4-1")) == [0, 8] && source.annotatedFrames(of: .name("4-2")) == [8])
        }
    }
}
