import DAMVideo
@testable import DataPipeline
import Evaluation
import Files
import Foundation
import Imaging
import TestSupport

/// Small annotated pictures and clips of 60 by 40 pixels, and the pipeline's output for them.
enum PipelineSample {
    static let width = 60, height = 40

    static func write(_ text: String, _ name: String, in folder: URL) throws -> String {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// A picture with different greys in its left and right halves.
    @discardableResult
    static func picture(_ name: String, _ left: UInt8, _ right: UInt8, in folder: URL) throws -> String {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let row = (0..<width).flatMap { [UInt8](repeating: $0 < width / 2 ? left : right, count: 3) }
        let pixels = (0..<height).flatMap { _ in row }
        try (Data("P6\n\(width) \(height)\n255\n".utf8) + pixels).write(to: file)
        return file.path
    }

    /// Corners of a box as a COCO polygon.
    static func box(_ left: Int, _ top: Int, _ width: Int, _ height: Int) -> String {
        let (right, bottom) = (left + width, top + height)
        return "[[\(left), \(top), \(right), \(top), \(right), \(bottom), \(left), \(bottom)]]"
    }

    /// A COCO file of two pictures: a.ppm with four annotations, one of them a crowd, and b.ppm with one.
    static let coco = """
        {"images": [{"id": 1, "file_name": "a.ppm", "width": 60, "height": 40}, {"id": 2, "coco_url": "http://x/val/b.ppm", "width": 60,
          "height": 40}],
         "categories": [{"id": 7, "name": "trash_can"}, {"id": 8, "name": "bow_(weapon)"}, {"id": 9, "name": "trash_can:lid"}],
         "annotations": [
          {"id": 11, "image_id": 1, "category_id": 7, "segmentation": \(box(2, 2, 25, 30)), "iscrowd": 0},
          {"id": 12, "image_id": 1, "category_id": 8, "segmentation": \(box(32, 5, 25, 30))},
          {"id": 13, "image_id": 1, "category_id": 9, "segmentation": \(box(2, 2, 25, 20))},
          {"id": 14, "image_id": 1, "category_id": 7, "segmentation": \(box(0, 0, 30, 30)), "iscrowd": 1},
          {"id": 15, "image_id": 2, "category_id": 7, "segmentation": {"size": [40, 60], "counts": [400, 800, 1200]}}]}
        """

    /// A folder with `coco.json` and its pictures.
    static func withPictures<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            _ = try write(coco, "coco.json", in: folder)
            try picture("a.ppm", 200, 50, in: folder)
            try picture("val/b.ppm", 20, 220, in: folder)
            return try body(folder)
        }
    }

    static func settings(_ folder: URL) -> RegionSettings {
        var settings = RegionSettings()
        settings.mediaRoot = folder.path
        return settings
    }

    /// Rules that accept small regions.
    static var rules: RegionRules {
        var rules = RegionRules()
        (rules.leastArea, rules.leastSide) = (20, 2)
        return rules
    }

    /// Records and meta file of a `regions` run.
    static func regions(
        _ sources: [String], _ folder: URL, to name: String = "regions.jsonl", shard: Shard? = nil, excluded: [String] = [],
        rules: RegionRules = rules, change: (inout RegionSettings) -> Void = { _ in }
    ) throws -> (records: [Record], meta: StepMeta) {
        var settings = settings(folder)
        change(&settings)
        let target = StepTarget(folder.appending(path: name).path, shard: shard)
        let (result, _) = try RegionStep(settings, rules: rules, excluded: excluded).run(sources, target)
        return (try records(target.path), result.meta)
    }

    static func records(_ path: String) throws -> [Record] {
        let files = try RecordFiles([path])
        return try (0..<files.count).map(files.record)
    }

    static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// A record with captions, as after captioning.
    static func captioned(
        _ id: String, label: String? = nil, _ texts: [String], media: String = "a.ppm", logprob: Double? = -2,
        figures: [String: Double] = [:]
    ) throws -> Record {
        let mask = try RunLengthEncoding(width: 60, height: 40, runs: [400, 800, 1200])
        var record = Record(
            id: id, source: "s", media: media, size: PictureSize(width: 60, height: 40), kind: .image, label: label, part: nil,
            score: nil, maskScore: nil, masks: [FrameMask(frame: 0, runs: mask)])
        let captions = texts.enumerated().map {
            Caption(text: $1, sample: $0, logprob: logprob, leastLogprob: logprob, tokens: logprob == nil ? nil : 4, finishReason: "stop")
        }
        record.set("captions", .array(captions.map(\.json)))
        for (name, value) in figures.sorted(by: { $0.key < $1.key }) { record.set("scores", name, .number(value)) }
        return record
    }

    static func files(_ records: [Record], in folder: URL, _ name: String = "in.jsonl") throws -> RecordFiles {
        let data = records.reduce(into: Data()) { $0 += PythonJSON.line(.object($1.json)) }
        let path = folder.appending(path: name)
        try data.write(to: path)
        return try RecordFiles([path.path])
    }
}
