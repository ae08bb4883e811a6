@testable import DataPipeline
import Evaluation
import Files
import Foundation
import Imaging
import Masks
import Media
import TestSupport
import Testing

/// If these fail, regions of a published data set are missing, or have wrong masks or classes.
struct RegionSourceTests {
    @Test func cocoAndSimilarFormats() throws {
        try PipelineSample.withPictures { folder in
            let (records, meta) = try PipelineSample.regions([folder.path + "/coco.json"], folder)
            #expect(records.map(\.id) == ["coco/1/11", "coco/1/12", "coco/1/13", "coco/2/15"])
            #expect(records.map(\.media) == ["a.ppm", "a.ppm", "a.ppm", "val/b.ppm"])
            #expect(records.map(\.label) == ["trash can", "bow", "trash can", "trash can"])
            #expect(records.map(\.part) == [nil, nil, "lid", nil] && records[2].keyword == "lid of a trash can")
            #expect(try records.map { try $0.masks()[0].runs.area } == [750, 750, 500, 800])
            #expect(records.allSatisfy { $0.kind == .image && $0.size == PictureSize(width: 60, height: 40) })
            let counts = StepCounts(meta.counts)
            #expect(counts["regions_dropped", "crowd"] == 1 && counts["records", "coco"] == 4)
        }
    }

    @Test func onePictureOfSA1B() throws {
        try PipelineSample.withPictures { folder in
            let json = """
                {"image": {"image_id": 5, "file_name": "a.ppm", "width": 60, "height": 40}, "annotations": [
                 {"id": 1, "segmentation": \(PipelineSample.box(2, 2, 25, 30)), "predicted_iou": 0.93, "stability_score": 0.9},
                 {"id": 2, "segmentation": \(PipelineSample.box(32, 5, 25, 30)), "predicted_iou": 0.6}]}
                """
            let file = try PipelineSample.write(json, "sa/sa_5.json", in: folder)
            var rules = PipelineSample.rules
            rules.leastMaskScore = 0.8
            let (records, meta) = try PipelineSample.regions([URL(filePath: file).deletingLastPathComponent().path], folder, rules: rules) {
                $0.media = folder.path
            }
            #expect(records.map(\.id) == ["sa/5/1"] && records[0].figure("mask_score") == 0.93 && records[0].label == nil)
            #expect(StepCounts(meta.counts)["regions_dropped", "mask_score"] == 1)
        }
    }

    @Test func detectionsNeedTheirPictures() throws {
        try PipelineSample.withPictures { folder in
            let results = """
                [{"image_id": 1, "category_id": 7, "score": 0.9, "segmentation": {"size": [40, 60], "counts": [400, 800, 1200]}},
                 {"image_id": 2, "category_id": 8, "score": 0.4, "bbox": [1, 1, 20, 20]}]
                """
            let file = try PipelineSample.write(results, "results.json", in: folder)
            #expect(throws: InputError.self) { try PipelineSample.regions([file], folder) }
            let (records, meta) = try PipelineSample.regions([file], folder) { $0.pictures = folder.path + "/coco.json" }
            #expect(records.map(\.id) == ["results/1/d0"] && records[0].label == "trash can" && records[0].figure("score") == 0.9)
            #expect(StepCounts(meta.counts)["regions_dropped", "box_only"] == 1)
        }
    }

    @Test func panopticPNGs() throws {
        try PipelineSample.withPictures { folder in
            // Segment 300 is red 44 and green 1.
            try FileManager.default.createDirectory(at: folder.appending(path: "pan"), withIntermediateDirectories: true)
            try PNGBuilder.png(.rgb, width: 60, height: 40) { _, row in row < 20
                ? [44, 1, 0] : [9, 0, 0] }.write(to: folder.appending(path: "pan/a.png"))
            let json = """
                {"images": [{"id": 1, "file_name": "a.ppm", "width": 60, "height": 40}], "categories": [{"id": 3, "name": "sky-other"}],
                 "annotations": [{"image_id": 1, "file_name": "a.png", "segments_info": [{"id": 300, "category_id": 3, "iscrowd": 0},
                  {"id": 9, "category_id": 3, "iscrowd": 1}]}]}
                """
            let file = try PipelineSample.write(json, "pan.json", in: folder)
            let (records, _) = try PipelineSample.regions([file], folder)
            #expect(records.map(\.id) == ["pan/1/300"] && records[0].label == "sky-other")
            #expect(try records[0].masks()[0].runs.area == 1200)
        }
    }

    @Test func labelPNGsAndTables() throws {
        try PipelineSample.withPictures { folder in
            try FileManager.default.createDirectory(at: folder.appending(path: "labels"), withIntermediateDirectories: true)
            let png = PNGBuilder.labels(width: 60, height: 40, [(4, 0..<30, 0..<20), (255, 30..<60, 0..<40)])
            try png.write(to: folder.appending(path: "labels/a.png"))
            let (records, _) = try PipelineSample.regions([folder.path + "/labels"], folder) {
                ($0.media, $0.labels) = (folder.path, [4: "road"])
            }
            #expect(records.map(\.id) == ["labels/a/4"] && records[0].label == "road" && records[0].media == "a.ppm")
            #expect(try records[0].masks()[0].runs.area == 600)
            let table = try PipelineSample.write("image,annotation,label\na.ppm,labels/a.png,Sea_lion\n", "open.csv", in: folder)
            let (rows, _) = try PipelineSample.regions([table], folder, to: "open.jsonl")
            #expect(rows.map(\.id) == ["open/a/a"] && rows[0].label == "Sea lion" && rows[0].media == "a.ppm")
            // Open Images has masks of other sizes than its images.
            try PNGBuilder.labels(width: 30, height: 20, [(1, 0..<15, 0..<10)]).write(to: folder.appending(path: "labels/a.png"))
            let (scaled, _) = try PipelineSample.regions([table], folder, to: "scaled.jsonl")
            #expect(scaled[0].size == PictureSize(width: 60, height: 40))
            #expect(try scaled[0].masks()[0].runs.area == 600)
            try PNGBuilder.labels(width: 30, height: 30, [(1, 0..<15, 0..<10)]).write(to: folder.appending(path: "labels/a.png"))
            let error = #expect(throws: InputError.self) { try PipelineSample.regions([table], folder, to: "other.jsonl") }
            #expect(error?.description.contains("found a mask of 30x30") == true)
        }
    }

    /// A clip of six stills with a label PNG each: object 1 moves right, object 2 is in the last four frames.
    static func withClip<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            for name in ["walk", "masks/walk"] {
                try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            for frame in 0..<6 {
                try PipelineSample.picture("walk/0000\(frame).ppm", UInt8(frame * 20), 200, in: folder)
                let second: [(value: UInt8, columns: Range<Int>, rows: Range<Int>)] = frame > 1 ? [(2, 31..<60, 21..<40)] : []
                let boxes = [(value: UInt8(1), columns: frame * 2 + 2..<frame * 2 + 22, rows: 2..<18)] + second
                try PNGBuilder.labels(width: 60, height: 40, boxes).write(to: folder.appending(path: "masks/walk/0000\(frame).png"))
            }
            return try body(folder)
        }
    }

    @Test func clipsWithMasks() throws {
        try Self.withClip { folder in
            let (records, _) = try PipelineSample.regions([folder.path + "/walk"], folder) {
                ($0.masks, $0.frames, $0.labels) = ([folder.path + "/masks/walk"], 3, [1: "dog"])
            }
            #expect(records.map(\.id) == ["clips/walk/1", "clips/walk/2"] && records.map(\.label) == ["dog", nil])
            #expect(records.allSatisfy { $0.kind == .video && $0.media == "walk" })
            #expect(try records[0].masks().map(\.frame) == [0, 2, 5] && records[1].masks().map(\.frame) == [2, 3, 5])
            #expect(records[1].json["visible_frames"] == .number(4))
        }
    }

    @Test func instancesVoteOnMasklets() throws {
        try Self.withClip { folder in
            // Object 1 is a person in four frames of six, and a horse in one; object 2 matches nothing.
            let found = (0..<5).map { frame in
                "{\"image_id\": \(frame), \"category_name\": \"\(frame == 4 ? "horse" : "person")\", \"score\": 0.9, "
                    + "\"bbox\": [\(frame * 2 + 2), 2, 20, 16]}"
            }
            let file = try PipelineSample.write("[\(found.joined(separator: ", "))]", "instances.json", in: folder)
            let (records, meta) = try PipelineSample.regions([folder.path + "/walk"], folder) {
                ($0.masks, $0.instances) = ([folder.path + "/masks/walk"], file)
            }
            #expect(records.map(\.id) == ["clips/walk/1"] && records[0].label == "person")
            #expect(StepCounts(meta.counts)["regions_dropped", "no_instance"] == 1)
        }
    }

    @Test func youTubeVISAndSAV() throws {
        try Self.withClip { folder in
            let runs = "{\"size\": [40, 60], \"counts\": [400, 800, 1200]}", names = (0..<6).map { "\"walk/0000\($0).ppm\"" }
            let json = """
                {"videos": [{"id": 1, "width": 60, "height": 40, "length": 6, "file_names": [\(names.joined(separator: ", "))]}],
                 "categories": [{"id": 2, "name": "polar_bear"}],
                 "annotations": [{"id": 31, "video_id": 1, "category_id": 2,
                     "segmentations": [\(runs), \(runs), \(runs), null, null, null]}]}
                """
            let file = try PipelineSample.write(json, "vis.json", in: folder)
            let (records, _) = try PipelineSample.regions([file], folder) { $0.frames = 2 }
            #expect(records.map(\.id) == ["vis/walk/31"] && records[0].label == "polar bear")
            #expect(try records[0].masks().map(\.frame) == [0, 2])
        }
    }

    @Test func savFramesMapToTheClip() throws {
        let masks = Fixtures.sample("scenes/clips/600008/clip.mp4")
        try withTemporaryDirectory { folder in
            let clip = folder.appending(path: "sav_000001.mp4")
            try FileManager.default.copyItem(atPath: masks, toPath: clip.path)
            let size = try VideoClip(path: clip.path).info.size
            let pixels = size.width * size.height
            let runs = "{\"size\": [\(size.height), \(size.width)], \"counts\": [\(pixels / 4), \(pixels / 2), \(pixels / 4)]}"
            let json = "{\"video_id\": \"sav_000001\", \"masklet_id\": [7], \"masklet\": [[\(runs)], [\(runs)], [\(runs)]]}"
            _ = try PipelineSample.write(json, "sav_000001_manual.json", in: folder)
            let (records, _) = try PipelineSample.regions([folder.path + "/sav_000001_manual.json"], folder)
            #expect(records.map(\.id) == ["sav_000001_manual/sav_000001/7"] && records[0].media == "sav_000001.mp4")
            // Every fourth frame is annotated.
            #expect(try records[0].masks().map(\.frame) == [0, 4, 8])
        }
    }

    @Test func refusesOtherFiles() throws {
        try PipelineSample.withPictures { folder in
            for (text, found) in [
                ("{\"a\": 1}", "found a file with a"), ("{\"images\": [], \"annotations\": [{\"id\": 1, \"image_id\": 4}]}",
                    "an image missing from the file"),
                ("{", "found the end of the file at byte 1"), ("[]", "found an empty list"),
                (PipelineSample.coco.replacing("\"id\": 8, \"name\"", with: "\"id\": 7, \"name\""), "category 7 as trash_can and as bow"),
                (PipelineSample.coco.replacing("\"id\": 9, \"name\"", with: "\"id\": 90, \"name\""), "category 9 without a name"),
            ] {
                let file = try PipelineSample.write(text, "bad.json", in: folder)
                let error = #expect(throws: InputError.self) { try PipelineSample.regions([file], folder, to: "bad.jsonl") }
                #expect(error?.description.contains(found) == true, "\(error?.description ?? "")")
            }
            let elsewhere = #expect(throws: InputError.self) {
                try PipelineSample.regions([folder.path + "/coco.json"], folder) { $0.mediaRoot = folder.path + "/val" }
            }
            #expect(elsewhere?.description.contains("--media-root") == true)
        }
    }
}
