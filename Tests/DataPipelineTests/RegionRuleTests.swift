@testable import DataPipeline
import DAMVideo
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, regions that cannot be described are captioned, good ones are dropped, or a benchmark's pictures are used for
/// training.
struct RegionRuleTests {
    private func candidate(_ id: String, _ left: Int, _ top: Int, _ width: Int, _ height: Int, label: String? = nil,
        score: Double? = nil) throws -> RegionCandidate {
        let runs = try Polygon.rasterized(
            box: (Double(left), Double(top), Double(width), Double(height)), width: 100, height: 80)
        return RegionCandidate(
            id: id, path: "p", size: PictureSize(width: 100, height: 80), kind: .image, label: label, score: score,
            masks: [FrameMask(frame: 0, runs: runs)])
    }

    @Test func sizesAndShapes() throws {
        var scattered = try candidate("scattered", 1, 1, 20, 20)
        scattered.masks = [FrameMask(frame: 0, runs: scattered.masks[0].runs.union(try candidate("x", 60, 40, 20, 20).masks[0].runs))]
        let candidates = [
            try candidate("small", 5, 5, 19, 19), try candidate("thin", 5, 5, 7, 70), try candidate("large", 0, 0, 100, 76),
            try candidate("border", 0, 30, 30, 30), try candidate("good", 40, 10, 30, 30), scattered,
        ]
        var tally = StepCounts(), rules = RegionRules()
        #expect(rules.taken(candidates, &tally).map(\.id) == ["border", "good"])
        for rule in ["too_small", "too_thin", "too_large", "scattered"] { #expect(tally["regions_dropped", rule] == 1) }
        #expect(tally["regions_seen", "at_border"] == 2)
        rules.dropsBorder = true
        #expect(rules.taken(candidates, &tally).map(\.id) == ["good"])
    }

    @Test func theBestOfEachPicture() throws {
        let candidates = [
            try candidate("a", 5, 5, 30, 30, label: "cat", score: 0.5), try candidate("b", 6, 5, 30, 30, label: "dog", score: 0.9),
            try candidate("c", 60, 5, 30, 30, label: "dog", score: 0.8), try candidate("d", 60, 45, 30, 30, label: "cup", score: 0.2),
            try candidate("e", 5, 45, 30, 30, label: "hat", score: 0.1),
        ]
        var tally = StepCounts(), rules = RegionRules()
        // a and b overlap by 29 of 31 columns: one region.
        #expect(rules.taken(candidates, &tally).map(\.id) == ["b", "c", "d", "e"])
        (rules.perImage, rules.hasDistinctClasses) = (2, true)
        #expect(rules.taken(candidates, &tally).map(\.id) == ["b", "d"])
        #expect(tally["regions_dropped", "same_class"] == 1 && tally["regions_dropped", "per_image"] == 1)
        rules.leastScore = 0.3
        #expect(rules.taken(candidates, &tally).map(\.id) == ["b"])
    }

    @Test func classesAreCapped() throws {
        try PipelineSample.withPictures { folder in
            var rules = PipelineSample.rules
            rules.perClass = 1
            let (records, meta) = try PipelineSample.regions([folder.path + "/coco.json"], folder, rules: rules)
            #expect(records.count == 2 && Set(records.map(\.label)) == ["bow", "trash can"])
            #expect(StepCounts(meta.counts)["regions_dropped", "cap_class"] == 2)
            #expect(throws: InputError.self) {
                try PipelineSample.regions([folder.path + "/coco.json"], folder, to: "x.jsonl", shard: Shard(0, of: 2), rules: rules)
            }
        }
    }

    @Test func benchmarkPicturesAreExcluded() throws {
        try PipelineSample.withPictures { folder in
            // The same picture with other bytes, slightly darker.
            try PipelineSample.picture("bench/x.ppm", 190, 45, in: folder)
            let (alike, meta) = try PipelineSample.regions([folder.path + "/coco.json"], folder, excluded: [folder.path + "/bench"])
            #expect(alike.map(\.id) == ["coco/2/15"] && StepCounts(meta.counts)["regions_dropped", "excluded_alike"] == 3)
            let hash = try ContentDigest.of(file: folder.path + "/val/b.ppm")
            let hashes = try PipelineSample.write("# hashes\n\(hash)\n", "hashes.txt", in: folder)
            let (equal, _) = try PipelineSample.regions([folder.path + "/coco.json"], folder, to: "y.jsonl", excluded: [hashes])
            #expect(equal.map(\.id) == ["coco/1/11", "coco/1/12", "coco/1/13"])
            let bad = try PipelineSample.write("zz\n", "bad.txt", in: folder)
            #expect(throws: InputError.self) { try ExcludedPictures([bad]) }
        }
    }

    @Test func resizedPicturesHaveSimilarHashes() throws {
        var pixels: [UInt8] = []
        for row in 0..<48 {
            for column in 0..<64 { pixels += [UInt8(column * 3), UInt8(row * 5), UInt8(column % 7 * 30)] }
        }
        let picture = RGBImage(width: 64, height: 48, pixels: pixels)
        let reduced = resizeBicubic(pixels, width: 64, height: 48, channels: 3, outputWidth: 32, outputHeight: 24)
        let small = RGBImage(width: 32, height: 24, pixels: reduced)
        #expect((PictureHash.of(picture) ^ PictureHash.of(small)).nonzeroBitCount <= 6)
        var reversed: [UInt8] = []
        for place in stride(from: pixels.count - 3, through: 0, by: -3) { reversed += pixels[place..<place + 3] }
        let turned = RGBImage(width: 64, height: 48, pixels: reversed)
        #expect((PictureHash.of(picture) ^ PictureHash.of(turned)).nonzeroBitCount > 20)
        #expect(PictureHash.text(255) == "00000000000000ff")
    }
}
