import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, files from editors, spreadsheets and other tools are refused for their form, or read silently although
/// something is missing.
@Suite struct AnnotationTextTests {
    private let rows = "1,1,2,2,5,5,1,-1,-1,-1\n2,1,3,2,5,5,1,-1,-1,-1"

    private func source(_ text: Data, clip: ClipFacts = ClipFacts()) throws -> any MaskSource {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "masks")
            try text.write(to: file)
            return try MaskSources.open(file.path, clip: clip)
        }
    }

    private func source(_ text: String) throws -> any MaskSource { try source(Data(text.utf8)) }

    private func error(_ text: String) -> String? {
        do { _ = try source(text) } catch { return "\(error)" }
        return nil
    }

    @Test func byteOrderMarksAndHeaders() throws {
        let plain = try source(rows).tracks
        #expect(try source("\u{FEFF}" + rows).tracks == plain)
        let wide = Array(("\u{FEFF}" + rows.replacing("\n", with: "\r\n")).utf16)
        #expect(try source(Data(wide.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })).tracks == plain)
        #expect(try source(Data(wide.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })).tracks == plain)
        #expect(try source("# remark\nframe,id,bb_left,bb_top,bb_width,bb_height,conf,x,y,z\n" + rows).tracks == plain)
        #expect(try source(rows.replacing("\n", with: ",\r\n") + ",").tracks == plain)
        #expect(try source(rows.replacing(",", with: ";")).tracks == plain)
        #expect(error("x_min,y_min,x_max,y_max,class_id,confidence\n" + rows)?.contains("found rows without a frame") == true)
        #expect(error("a,b,x_min,y_min,x_max,y_max\n" + rows)?.contains("found rows without a frame") == true)
        #expect(error("x1,y1,x2,y2,class_id,confidence\n" + rows)?.contains("found columns x1,y1") == true)
        let json = "\u{FEFF}" + #"[{"size":[2,3],"counts":[0,2,4]}]"#
        #expect(try source(json).tracks.count == 1)
    }

    /// Python's `str` of bytes.
    @Test func printedBytes() throws {
        let counts = #"WSV:2d;1O10000O10000O1O100O100O1O100O1000000000000000O100O102N5K00O1O1N2O110OO2O001O1NTga3"#
        func json(_ counts: String) -> String { #"[{"size":[375,1242],"counts":"\#(counts)"}]"# }
        let plain = try source(json(counts)).tracks
        #expect(plain[0].appearances[0].area == 283)
        #expect(try source(json("b'\(counts)'")).tracks == plain)
        #expect(try source(json("b\\\"\(counts)\\\"")).tracks == plain)
        let line = try source("1 1 2 375 1242 b'\(counts)'")
        #expect(line.format == .mots && line.tracks[0].appearances[0].area == 283)
        // Backslashes within the counts: three columns of 45 pixels, one of which begins with \ (44).
        let runs = #"[{"size":[45,3],"counts":[44,91]}]"#, area = 91
        let compressed = try source(runs).mask(of: .number(1), at: 0)
        #expect(compressed.area == area)
        #expect(try source(json(#"b'\\\\1k2'"#).replacing("375,1242", with: "45,3")).tracks[0].appearances[0].area == area)
    }

    private func coco(_ images: [String], _ annotations: [String]) -> String {
        #"{"images":[\#(images.joined(separator: ","))],"annotations":[\#(annotations.joined(separator: ","))]}"#
    }

    private func image(_ id: Int, _ name: String) -> String {
        #"{"id":\#(id),"width":9,"height":9,"file_name":"\#(name)"}"#
    }

    private func annotation(_ id: Int, of image: String) -> String {
        #"{"id":\#(id),"image_id":\#(image),"bbox":[1,1,5,5],"track_id":1}"#
    }

    @Test func imagesOfCOCO() throws {
        let annotations = [annotation(1, of: "0"), annotation(2, of: "1")]
        let inside = try source(coco([image(0, "c-0030_x"), image(1, "c-0003_x")], annotations))
        #expect(inside.annotatedFrames == [3, 30] && inside.notes.contains { $0.contains("c-0030_x is number 30") })
        let hashes = [image(0, "v_mp4-0030_jpg.rf.34173cb38f07f8977.jpg"), image(1, "v_mp4-0003_jpg.rf.eccbc87e4b5ce2f2.jpg")]
        #expect(try source(coco(hashes, annotations)).annotatedFrames == [3, 30])
        let without = try source(coco([image(0, "anna.jpg"), image(1, "bert.jpg")], annotations))
        #expect(without.annotatedFrames == [0, 1] && without.notes.contains { $0.contains("in the order of the file") })
        #expect(
            error(coco([image(0, "x/000.png"), image(1, "x/000.png")], annotations))?
                .contains("images 0 and 1 for the same frame") == true)
        #expect(
            error(coco([image(0, "a/img/000.png"), image(1, "b/img/000.png")], annotations))?
                .contains("2 videos (a/img, b/img)") == true)
        let stills = ClipFacts(frameCount: 3, stills: ["s/x.jpg", "s/anna.jpg", "s/bert.jpg"])
        let text = Data(coco([image(0, "anna.jpg"), image(1, "bert.jpg")], annotations).utf8)
        #expect(try source(text, clip: stills).annotatedFrames == [1, 2])
    }

    @Test func annotationsOfNoImage() throws {
        let images = [image(0, "0.jpg"), image(1, "1.jpg")]
        let some = try source(coco(images, [annotation(1, of: "0"), annotation(2, of: "5"), annotation(3, of: "null")]))
        #expect(some.problems.contains {
            $0.kind == .skipped && $0.message.contains("2 of 3 annotations of images that are not in the file (image_id 5)")
        })
        #expect(error(coco(images, [annotation(1, of: "7")]))?.contains("1 of 1 annotations") == true)
    }

    @Test func videosOfOneName() throws {
        let videos = #"{"id":1,"width":2,"height":2,"length":1,"name":"v"},{"id":2,"width":2,"height":2,"length":1,"name":"v"}"#
        let text = #"{"videos":[\#(videos)],"annotations":[]}"#
        let error = #expect(throws: MaskError.self) { try source(Data(text.utf8), clip: ClipFacts(name: "v")) }
        #expect(error?.description.contains("2 videos named like the clip, v") == true)
    }

    /// A single object without masks does not affect the others.
    @Test func anEmptyTrackDoesNotAffectOthers() throws {
        let mask = #"{"size":[2,3],"counts":[0,2,4]}"#, empty = #"{"size":[2,3],"counts":[6]}"#
        let found = try source(#"{"0":{"1":\#(mask),"2":\#(empty)},"1":{"1":\#(mask),"2":\#(empty)}}"#)
        #expect(found.tracks.map(\.id) == [.number(1)])
        let problem = try #require(found.problems.first)
        #expect(problem.track == .number(2) && problem.kind == .skipped && problem.message.contains("an empty track 2"))
        let asked = #expect(throws: MaskError.self) { try found.track(.number(2)) }
        #expect(asked?.description.contains("an empty track 2") == true)
    }

    /// Numbers out of range for any picture or frame are reported.
    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "1e300", "-1", "1e19", "NaN"]) func numbersOutOfRange(number: String) {
        for field in ["\"id\":#", "\"width\":#", "\"height\":#", "\"frame_index\":#", "\"video_id\":#"] {
            let image = #"{"id":1,"width":9,"height":9,"file_name":"7.jpg",\#(field.replacing("#", with: number))}"#
            _ = try? source(Data(#"{"images":[\#(image)],"annotations":[{"id":1,"image_id":1,"bbox":[1,1,5,5]}]}"#.utf8))
        }
        for field in [
            "\"id\":#", "\"track_id\":#", "\"image_id\":#", "\"bbox\":[#,1,5,5]", "\"bbox\":[1,1,#,#]",
            "\"segmentation\":[[#,1,5,5,2,#]]", "\"segmentation\":{\"size\":[#,9],\"counts\":[1,#]}",
            "\"segmentation\":{\"size\":[9,9],\"counts\":[#,#]}",
        ] {
            let annotation = #"{"id":1,"image_id":1,\#(field.replacing("#", with: number))}"#
            _ = try? source(Data(#"{"images":[{"id":1,"width":9,"height":9,"file_name":"7.jpg"}],"annotations":[\#(annotation)]}"#.utf8))
        }
        for name in ["\(number).jpg", "9223372036854775807.jpg", "99999999999999999999.jpg"] {
            let video = #"{"id":1,"width":9,"height":9,"length":2,"file_names":["1.jpg","\#(name)"]}"#
            let mask = #"{"id":1,"video_id":1,"segmentations":[[[1,1,5,1,5,5]],null]}"#
            let found = try? source(Data(#"{"videos":[\#(video)],"annotations":[\#(mask)]}"#.utf8), clip: ClipFacts(frameCount: 2))
            #expect(found?.annotatedFrames.allSatisfy { $0 >= 0 } ?? true)
        }
        for line in ["#,1,1,1,5,5,1", "1,#,1,1,5,5,1", "1,1,#,#,5,5,1", "1,1,1,1,#,#,1"] {
            let text = "\(line.replacing("#", with: number))\n"
            _ = try? source(Data(text.utf8), clip: ClipFacts(size: PictureSize(width: 9, height: 9), frameCount: 2))
        }
        _ = try? source(Data("\(number) 1 1 9 9 abc\n".utf8))
    }

    /// A hundred thousand names are compared quickly.
    @Test func manyNames() throws {
        let files = (0..<100_000).map { "\"\($0).jpg\"" }.joined(separator: ",")
        let masks = "[[1,1,5,1,5,5]]" + String(repeating: ",null", count: 99_999)
        let text = #"{"videos":[{"id":1,"width":9,"height":9,"file_names":[\#(files)]}],"#
            + #""annotations":[{"id":1,"video_id":1,"segmentations":[\#(masks)]}]}"#
        let found = try source(Data(text.utf8))
        #expect(found.annotatedFrames.count == 100_000)
        let twice = text.replacing("\"99999.jpg\"", with: "\"00000.jpg\"")
        #expect(throws: MaskError.self) { try source(Data(twice.utf8)) }
    }

    /// Bytes as printed by Python, without quotes: the runs fit only with half of the backslashes.
    @Test func doubledBackslashes() throws {
        let rle = #"{"size":[45,3],"counts":"\\\\1k2"}"#
        let video = #"{"id":1,"width":3,"height":45,"length":1,"file_names":["0.jpg"]}"#
        let files = [
            "[\(rle)]", #"{"videos":[\#(video)],"annotations":[{"id":1,"video_id":1,"segmentations":[\#(rle)]}]}"#,
            coco([#"{"id":0,"width":3,"height":45,"file_name":"0.jpg"}"#], [#"{"id":1,"image_id":0,"track_id":1,"segmentation":\#(rle)}"#]),
            #"0 1001 1 45 3 \\1k2"#,
        ]
        for text in files {
            let found = try source(text)
            #expect(found.tracks[0].appearances[0].area == 91)
            #expect(found.notes.contains { $0.contains("backslashes doubled") })
        }
        let quoted = try source(#"0 1001 1 45 3 b'\1k2'"#)
        #expect(quoted.tracks[0].appearances[0].area == 91)
        let plain = try source(#"0 1001 1 45 3 \1k2"#)
        #expect(plain.tracks[0].appearances[0].area == 91 && plain.notes.isEmpty)
    }

    @Test func boxesFromFrameZero() throws {
        let found = try source(rows.replacing("2,1,3", with: "0,1,3"))
        #expect(found.annotatedFrames == [0, 1] && found.notes.contains { $0.contains("count from 0") })
        let clip = ClipFacts(frameCount: 2)
        #expect(try source(Data(rows.replacing("2,1,3", with: "0,1,3").utf8), clip: clip).annotatedFrames == [0, 1])
        #expect(try source(rows).annotatedFrames == [0, 1])
        #expect(error(rows.replacing("2,1,3", with: "-1,1,3"))?.contains("frame -1") == true)
    }

    @Test func boxesToBeIgnored() throws {
        let found = try source(rows + "\n1,2,2,2,5,5,0,-1,-1,-1\n2,2,2,2,5,5,0,-1,-1,-1")
        #expect(found.tracks.map(\.id) == [.number(1)])
        #expect(found.notes.contains { $0.contains("2 of 4 boxes have conf 0") && $0.contains("object 2") })
        #expect(error("1,2,2,2,5,5,0,-1,-1,-1")?.contains("conf 0 only") == true)
    }

    @Test func boxesAsFractions() {
        #expect(error("1,1,0.1,0.2,0.25,0.5,1,-1,-1,-1\n2,1,0.1,0.2,0.3,0.5,1,-1,-1,-1")?.contains("parts of the picture") == true)
    }

    @Test func imagesOfOneNameWithoutNumber() {
        let images = [image(0, "anna.jpg"), image(1, "anna.jpg")]
        #expect(error(coco(images, [annotation(1, of: "0"), annotation(2, of: "1")]))?.contains("two images called anna.jpg") == true)
        let mask = #"{"size":[2,3],"counts":[0,2,4]}"#
        let video = #"{"id":1,"width":3,"height":2,"length":2,"file_names":["anna.jpg","anna.jpg"]}"#
        let text = #"{"videos":[\#(video)],"annotations":[{"id":1,"video_id":1,"segmentations":[\#(mask),\#(mask)]}]}"#
        #expect(error(text)?.contains("two pictures of one name") == true)
    }
}
