import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, models caption other regions than those of a published data set, or none of a slightly damaged file.
struct RegionFileTests {
    private func told(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    private func references(_ set: OutputsSet) -> [String: [String]] {
        Dictionary(uniqueKeysWithValues: set.regions.map { ($0.key, $0.references) })
    }

    @Test func picturesWithClassNamesAreRead() throws {
        try OutputsSample.withFolder { folder in
            let set = try OutputsSample.set(.lvis, OutputsSample.keywords, in: folder)
            #expect(set.regions.map(\.key) == ["0", "1", "2"])
            #expect(references(set) == ["0": ["tea_cup"], "1": ["dog:ear"], "2": ["spoon"]])
            #expect(try OutputsSample.described(set, in: folder) == ["200:50@2", "200:30@1", "100:30@1"])
        }
    }

    @Test func annotationsOfCOCOAreRead() throws {
        let text = """
            {"images": [{"id": 3, "coco_url": "http://x/inner/b.ppm", "width": 40, "height": 30}], "categories": [{"id": 8, "name": "cup"}],
             "annotations": [{"id": 70, "image_id": 3, "category_id": 8, "segmentation": [[2, 3, 12, 3, 12, 8, 2, 8]]},
                             {"id": 71, "image_id": 3, "category_id": 8, "bbox": [4, 5, 6, 7]}]}
            """
        try OutputsSample.withFolder { folder in
            for task in [OutputsTask.lvis, .paco] {
                let set = try OutputsSample.set(task, text, in: folder)
                #expect(references(set) == ["70": ["cup"], "71": ["cup"]])
                #expect(try OutputsSample.described(set, in: folder) == ["100:50@2", "100:42@4"])
            }
        }
    }

    @Test func benchmarksOfQuestionsAreRead() throws {
        let runs = "{\"size\": [30, 40], \"counts\": [30, 30, 1140]}"
        let coco = """
            {"images": [{"id": 2, "file_name": "b.ppm", "width": 40, "height": 30},
                        {"id": 1, "file_name": "a.ppm", "width": 40, "height": 30}],
             "annotations": [{"id": 9, "image_id": 1, "segmentation": \(runs)}, {"id": 8, "image_id": 2, "segmentation": \(runs)}]}
            """
        let list = """
            [{"image_id": "x1", "file_name": "a.ppm", "width": 40, "height": 30, "annotations": [{"index": 0, "mask_rle": \(runs)}]}]
            """
        try OutputsSample.withFolder { folder in
            let set = try OutputsSample.set(.dlc, coco, in: folder)
            #expect(set.regions.map(\.key) == ["8", "9"])
            #expect(try OutputsSample.described(set, in: folder) == ["100:30@1", "200:30@1"])
            #expect(throws: InputError.self) { try set.references() }
            #expect(try OutputsSample.set(.dlc, list, in: folder).regions.map(\.key) == ["x1_0"])
        }
    }

    @Test func expressionsAndPhrasesAreRead() throws {
        try OutputsSample.withFolder { folder in
            let boxes = try OutputsSample.set(.refl4, OutputsSample.expressions, in: folder)
            #expect(references(boxes) == ["1": ["The left one."], "2": ["The other."]])
            #expect(try OutputsSample.described(boxes, in: folder) == ["200:50@1", "100:16@5"])
            let path = folder.appending(path: "set.json").path
            #expect(try OutputsSet(.refl4, path: path, namesWith: "b.").regions.map(\.key) == ["2"])
            #expect(told { _ = try OutputsSet(.refl4, path: path, namesWith: "z") }.contains("found no picture with \"z\" in its name"))
            #expect(references(try OutputsSample.set(.flickr, OutputsSample.phrases, in: folder)) == ["5": ["Two dogs"], "6": ["a lawn"]])
        }
    }

    @Test func entitiesOfAFolderAreRead() throws {
        try OutputsSample.withFolder { folder in
            for name in ["Annotations", "Sentences"] {
                try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            let object = { (names: [Int], edges: [Int]) in
                let values = zip(["xmin", "ymin", "xmax", "ymax"], edges).map { "<\($0)>\($1)</\($0)>" }.joined()
                return "<object>" + names.map { "<name>\($0)</name>" }.joined() + "<bndbox>\(values)</bndbox></object>"
            }
            let xml = "<annotation><size><width>40</width><height>30</height></size>" + object([1, 2], [1, 1, 10, 5])
                + object([2], [21, 1, 22, 5]) + "<object><name>3</name><scene>1</scene></object></annotation>"
            try Data(xml.utf8).write(to: folder.appending(path: "Annotations/77.xml"))
            let text = """
                [/EN#1/people A man] and [/EN#2/people/other his friend] in [/EN#3/scene a park] .
                [/EN#1/people A man] [/EN#0/notvisual it]
                [/EN#1/people One] .
                """
            try Data(text.utf8).write(to: folder.appending(path: "Sentences/77.txt"))
            try OutputsSample.picture(9).write(to: folder.appending(path: "77.jpg"))
            let set = try OutputsSet(.flickr, path: folder.path)
            #expect(references(set) == ["77-1": ["A man", "One"], "77-2": ["his friend"]])
            #expect(try OutputsSample.described(set, in: folder) == ["9:50@0", "9:60@0"])
            let cut = "<annotation><size><width>40</width></size></annotation>"
            try Data(cut.utf8).write(to: folder.appending(path: "Annotations/77.xml"))
            #expect(told { _ = try OutputsSet(.flickr, path: folder.path) }.hasSuffix(
                "77.xml: found no size, expected width and height of the picture"))
        }
    }

    @Test func clipsAreSampledFromFramesOfTheirRegions() throws {
        try OutputsSample.withFolder { folder in
            let masks = try OutputsSample.set(.videorefer, OutputsSample.masks, in: folder)
            #expect(references(masks) == ["4": ["A bar."]])
            #expect(try OutputsSample.described(masks, in: folder) == ["1:30@1 3:30@1 9:30@1"])
            #expect(try OutputsSample.described(masks, in: folder, frames: 8) == ["1:30@1 3:30@1 7:30@1 9:30@1"])
            let boxes = try OutputsSample.set(.hcstvg, OutputsSample.boxes, in: folder)
            #expect(references(boxes) == ["clip": ["A man turns."]])
            #expect(try OutputsSample.described(boxes, in: folder, frames: 2) == ["2:100@0 5:100@3"])
            let one = """
                [{"video": "clip", "frame_idx": "4", "mask": {"size": [30, 40], "counts": [30, 30, 1140]}, "caption": "c"}]
                """
            #expect(try OutputsSample.described(OutputsSample.set(.hcstvg, one, in: folder), in: folder) == ["4:30@1"])
        }
    }

    @Test func emptyRegionsAreLeftOut() throws {
        try OutputsSample.withFolder { folder in
            let text = OutputsSample.keywords.replacing("[30, 30, 1140]", with: "[1200]")
            let set = try OutputsSample.set(.lvis, text, in: folder)
            #expect(set.regions.map(\.key) == ["0", "2"] && set.empty == ["1"])
        }
    }

    @Test(arguments: [
        (OutputsTask.lvis, "[[2, 3, 12, 3, 12, 8, 2, 8]]", "[[2, 3]]",
         "set.json[0].annotations[0].segmentation[0]: found 2 numbers, expected x and y of three or more corners"),
        (.lvis, "[[2, 3, 12, 3, 12, 8, 2, 8]]", "\"x\"",
         "set.json[0].annotations[0].segmentation: found \"x\", expected runs, polygons or null"),
        (.lvis, "n0n0dS1", "zz",
         "set.json[1].annotations[0].segmentation.counts: found RLE counts with a wrong or missing character at offset 0, "
            + "expected 0 to o"),
        (.lvis, "[30, 40], \"counts\": \"", "[40, 30], \"counts\": \"",
         "set.json[1].annotations[0].segmentation.size: found a list, expected [30, 40], as the picture"),
        (.lvis, ", \"dog:ear\"", "", "set.json[0]: found 1 categories and 2 annotations, expected equal numbers"),
        (.lvis, "\"height\": 30", "\"height\": 0", "set.json[0].height: found 0, expected 1 pixel or more"),
        (.refl4, "\"id\": 2", "\"id\": 1", "set.json: line 2: found region 1 twice, expected each region once"),
        (.refl4, "[5, 5, 4, 4]", "[5, 5, -4, 4]", "set.json: line 2.bbox: found a list, expected [left, top, width, height]"),
        (.flickr, "[[12, 18]]", "[[12, 99]]",
         "set.json: annotations[1].tokens_positive[0]: found a list, expected beginning and end of a phrase of the caption"),
        (.hcstvg, "\"st_frame\": 3", "\"st_frame\": 0", "set.json: clip.st_frame: found 0, expected the number of a frame, from 1"),
        (.hcstvg, "\"English\"", "\"German\"", "set.json: clip: found no \"caption\", expected one"),
        (.videorefer, "\"3\":", "\"x\":", "set.json[0].annotation[0].x: found the key \"x\", expected a frame's number"),
    ])
    func badFilesGetOneClearLine(task: OutputsTask, old: String, new: String, expected: String) throws {
        let texts: [OutputsTask: String] = [
            .lvis: OutputsSample.keywords, .refl4: OutputsSample.expressions, .flickr: OutputsSample.phrases, .hcstvg: OutputsSample.boxes,
            .videorefer: OutputsSample.masks,
        ]
        try OutputsSample.withFolder { folder in
            let text = try #require(texts[task])
            #expect(text.contains(old))
            let told = told { _ = try OutputsSample.set(task, text.replacing(old, with: new), in: folder) }
            #expect(told.replacing(folder.path + "/", with: "") == expected)
        }
    }

    @Test func parquetIsRefusedWithAHint() throws {
        try OutputsSample.withFolder { folder in
            #expect(told { _ = try OutputsSample.set(.refl4, "PAR1....", in: folder) }.contains("found Parquet, expected JSON lines"))
        }
    }

    @Test func picturesAndClipsMustMatch() throws {
        try OutputsSample.withFolder { folder in
            func told(_ task: OutputsTask, _ text: String) -> String {
                self.told { _ = try OutputsSample.described(OutputsSample.set(task, text, in: folder), in: folder) }
                    .replacing(folder.path + "/", with: "")
            }
            #expect(told(.refl4, OutputsSample.expressions.replacing("a.ppm", with: "c.ppm")).hasPrefix(
                "c.ppm: no such file, nor c.ppm in a folder of"))
            #expect(told(.refl4, OutputsSample.expressions.replacing("\"width\": 40", with: "\"width\": 41"))
                == "a.ppm: found 40x30 pixels, expected 41x30, as set.json: line 1 has it")
            #expect(told(.hcstvg, OutputsSample.boxes.replacing("\"st_frame\": 3", with: "\"st_frame\": 9"))
                == "inner/clip: found no frame 11, expected it, as set.json: clip has a region in it (frames count from 0)")
            try FileManager.default.createDirectory(at: folder.appending(path: "other"), withIntermediateDirectories: true)
            try OutputsSample.picture(1).write(to: folder.appending(path: "other/b.ppm"))
            #expect(told(.refl4, OutputsSample.expressions).hasSuffix("expected one b.ppm; name its folder"))
        }
    }
}
