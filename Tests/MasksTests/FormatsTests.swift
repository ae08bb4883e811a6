import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// One scene in every mask format, as written by the tools themselves. If these fail, masks in that format differ from those
/// their author drew.
@Suite struct FormatsTests {
    /// A file in a format, and the expected result.
    struct Layout: Sendable, CustomTestStringConvertible {
        let file: String
        let format: MaskFormat
        /// The objects of `expected.json` by track.
        var tracks: [TrackID: String] = [.number(1): "1", .number(2): "2", .number(3): "3"]
        /// Which of the objects' shapes the format can store.
        var shape = "overlapping"
        var labels: [TrackID: String] = [:]
        /// The clip's frames for the scene's frames 0, 1, 2 and 4, and those annotated.
        var frames = [0: 0, 1: 1, 2: 2, 4: 4]
        var annotated = [0, 1, 2, 4]
        var notes = 0

        var testDescription: String { file }
        var path: String { Fixtures.path("masks/formats/\(file)") }
    }

    static let vis: [TrackID: String] = [.number(1): "person", .number(2): "skateboard", .number(3): "skateboard"]
    static let everyFourth = [0: 0, 1: 4, 2: 8, 4: 12]

    static let layouts = [
        Layout(file: "label-png", format: .labelPNG, shape: "flat"),
        Layout(file: "per-object-png", format: .objectPNG),
        Layout(file: "rgb-palette", format: .colourPNG, shape: "flat", notes: 1),
        Layout(
            file: "rgb-colours", format: .colourPNG, tracks: [.number(3): "1", .number(1): "2", .number(2): "3"], shape: "flat",
            notes: 1),
        Layout(file: "rgb-grey", format: .colourPNG, shape: "flat", notes: 1),
        Layout(file: "binary-grey", format: .binaryPNG, tracks: [.number(1): "1"]),
        Layout(file: "binary-rgb", format: .binaryPNG, tracks: [.number(1): "1"]),
        Layout(file: "binary-named", format: .binaryPNG),
        Layout(file: "youtube-vis.json", format: .youtubeVIS, labels: vis),
        Layout(file: "youtube-vis-two.json", format: .youtubeVIS, labels: vis),
        Layout(
            file: "youtube-vis-results.json", format: .youtubeVIS, frames: [0: 0, 1: 1, 2: 2, 4: 3], annotated: [0, 1, 2, 3]),
        Layout(
            file: "coco.json", format: .coco, labels: [.number(1): "person", .number(2): "person", .number(3): "person"]),
        Layout(file: "rle-dictionary.json", format: .cocoRLE),
        Layout(file: "rle-list.json", format: .cocoRLE, annotated: [0, 1, 2, 3, 4]),
        Layout(file: "rle-folder", format: .cocoRLE),
        Layout(
            file: "rle-amg.json", format: .cocoRLE, tracks: [.name("walker"): "1"], labels: [.name("walker"): "person"],
            frames: [0: 0, 1: 1, 2: 2, 4: 3], annotated: [0, 1, 2, 3]),
        Layout(
            file: "mots.txt", format: .mots, tracks: [.number(2001): "1", .number(2002): "2", .number(2003): "3"],
            labels: [.number(2001): "pedestrian", .number(2002): "pedestrian", .number(2003): "pedestrian"]),
        Layout(
            file: "MOT-scene/gt/gt.txt", format: .motChallenge, shape: "boxes",
            labels: [.number(1): "pedestrian", .number(2): "pedestrian", .number(3): "pedestrian"], notes: 1),
        Layout(
            file: "sa-v.json", format: .segmentAnythingVideo, tracks: [.number(0): "1", .number(1): "2", .number(2): "3"],
            frames: everyFourth, annotated: [0, 4, 8, 12]),
    ]

    private let expected: [String: [String: [[Int]]]]

    init() throws {
        let fixture = URL(filePath: Fixtures.path("masks/formats/expected.json"))
        expected = try JSONDecoder().decode([String: [String: [[Int]]]].self, from: Data(contentsOf: fixture))
    }

    @Test(arguments: layouts)
    func sceneIsTheSame(layout: Layout) throws {
        let source = try MaskSources.open(layout.path, clip: ClipFacts(name: "scene"))
        #expect(source.format == layout.format)
        #expect(source.path == layout.path)
        #expect(source.size == PictureSize(width: 24, height: 16))
        #expect(source.annotatedFrames == layout.annotated)
        #expect(source.tracks.map(\.id) == layout.tracks.keys.sorted())
        #expect(source.problems.filter { $0.kind == .note }.count == layout.notes && source.problems.count == layout.notes)
        for track in source.tracks {
            let object = try #require(layout.tracks[track.id])
            let wanted = try #require(expected[layout.shape]?[object]).map { row in [layout.frames[row[0]] ?? -1] + row[1...] }
            let found = track.appearances.map { [$0.frame, $0.box.left, $0.box.top, $0.box.width, $0.box.height, $0.area] }
            #expect(found == wanted, "track \(track.id)")
            #expect(track.label == layout.labels[track.id])
            for appearance in track.appearances {
                let mask = try source.mask(of: track.id, at: appearance.frame)
                #expect(mask.boundingBox == appearance.box && mask.area == appearance.area)
            }
            let error = #expect(throws: MaskError.self) { try source.mask(of: track.id, at: 5) }
            #expect(error?.reason == .notVisible(track.id, frame: 5))
        }
        // The same again with the format's name.
        var settings = MaskSettings()
        settings.format = layout.format
        let forced = try MaskSources.open(layout.path, settings: settings, clip: ClipFacts(name: "scene"))
        #expect(forced.tracks == source.tracks)
    }

    /// Pixels, not only boxes and areas, equal those of another format.
    @Test func masksAreTheSameToThePixel() throws {
        let sources = try ["per-object-png", "youtube-vis.json", "rle-list.json", "sa-v.json", "mots.txt"].map {
            try MaskSources.open(Fixtures.path("masks/formats/\($0)"))
        }
        for source in sources[1...] {
            for (track, other) in zip(sources[0].tracks, source.tracks) {
                for (appearance, otherAppearance) in zip(track.appearances, other.appearances) {
                    #expect(
                        try sources[0].mask(of: track.id, at: appearance.frame)
                            == source.mask(of: other.id, at: otherAppearance.frame))
                }
            }
        }
    }

    @Test func objectsWithSeparateFilesHaveSeparateGaps() throws {
        let source = try MaskSources.open(Fixtures.path("masks/formats/binary-named"))
        #expect(source.annotatedFrames(of: .number(1)) == [0, 1, 2, 4])
        #expect(source.annotatedFrames(of: .number(2)) == [1, 2])
        #expect(source.isGiven(.number(2), at: 1) && !source.isGiven(.number(2), at: 0))
    }

    /// A person's masks in a file of all the clip's frames: missing ones were not drawn. A tracker's: the object is absent.
    @Test func missingMasksInJSON() throws {
        func runs(_ counts: [Int]) -> String { "{\"size\": [2, 3], \"counts\": \(counts)}" }
        let mask = runs([0, 2, 4]), empty = runs([6])
        let rows = [
            [mask, "null", "null", empty, "null"], ["null", mask, mask, mask, "null"], [mask, "null", "null", "null", mask],
        ]
        let annotations = rows.enumerated().map {
            "{\"id\": \($0 + 1), \"video_id\": 1, \"category_id\": 1, \"segmentations\": [\($1.joined(separator: ", "))]}"
        }
        let json = """
            {"videos": [{"id": 1, "width": 3, "height": 2, "length": 5}], "categories": [{"id": 1, "name": "a"}],
             "annotations": [\(annotations.joined(separator: ",\n"))]}
            """
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "masks.json"), copy = folder.appending(path: "copy.json").path
            try Data(json.utf8).write(to: file)
            let source = try MaskSources.open(file.path)
            try MaskWriter.write(source, as: .youtubeVIS, to: copy)
            for source in [source, try MaskSources.open(copy)] {
                #expect(source.annotatedFrames == [0, 1, 2, 3, 4])
                #expect(source.annotatedFrames(of: .number(1)) == [0, 3])
                #expect(source.annotatedFrames(of: .number(2)) == [0, 1, 2, 3, 4])
                #expect(source.annotatedFrames(of: .number(3)) == [0, 4])
                #expect(source.tracks.map(\.visibleFrames) == [[0], [1, 2, 3], [0, 4]])
            }
        }
    }

    /// COCO polygons, and a box in place of a mask, as rasterised by pycocotools; no track ids, but only one picture.
    @Test func polygons() throws {
        struct Expectation: Decodable {
            let expected_counts: [String: String]
        }
        let path = Fixtures.path("masks/formats/coco-polygons.json")
        let expected = try JSONDecoder().decode(Expectation.self, from: Data(contentsOf: URL(filePath: path)))
        let source = try MaskSources.open(path)
        #expect(source.tracks.map(\.label) == ["skateboard", "person"])
        #expect(source.problems.map(\.message) == ["\(path): 1 annotations have a box only: the box is the mask"])
        for track in source.tracks {
            let counts = RunLengthEncoding(try source.mask(of: track.id, at: 0)).counts
            #expect(String(decoding: counts, as: UTF8.self) == expected.expected_counts[track.id.description])
        }
    }

    @Test func resultsOfATracker() throws {
        let path = Fixtures.path("masks/formats/mot-results.txt")
        let clip = ClipFacts(size: PictureSize(width: 24, height: 16))
        let track = try MaskSources.open(path, clip: clip).tracks[0]
        #expect(track.label == nil)
        #expect(track.appearances.map(\.box) == [
            BoundingBox(left: 0, top: 1, width: 5, height: 5), BoundingBox(left: 20, top: 11, width: 4, height: 5),
        ])
        // Without a clip the picture's size comes from the boxes.
        let alone = try MaskSources.open(path)
        #expect(alone.size == PictureSize(width: 30, height: 21))
        #expect(alone.problems.count == 1)
    }
}
