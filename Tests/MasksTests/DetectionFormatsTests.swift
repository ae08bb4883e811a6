import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// One scene in every detection format, as written by the tools themselves (`Tests/Fixtures/detections/make.py`). If these fail,
/// detections in that format differ from the objects.
@Suite struct DetectionFormatsTests {
    /// A file in a format, and the expected result.
    struct Layout: Sendable, CustomTestStringConvertible {
        enum Boxes { case exact, pixels, contours }

        let file: String
        let format: DetectionFormat
        var boxes = Boxes.exact
        var areNamed = true
        var areScored = false
        var areTracked = true
        /// Frames in which object 7, or 9, has a mask.
        var masks: [Int: Set<Int>] = [:]
        var annotated: [Int]? = Array(0..<6)
        var notes = 0
        /// The ids of objects 7 and 9.
        var ids: [Int: TrackID] = [7: .number(7), 9: .number(9)]

        var testDescription: String { file }
    }

    static let all: [Int: Set<Int>] = [7: Set(0..<5), 9: Set(1..<4)]
    static let clip = ClipFacts(name: "clip", size: PictureSize(width: 64, height: 48), frameCount: 6, frameRate: 10)

    static let layouts = [
        Layout(file: "coco-results.json", format: .coco, areNamed: false, areScored: true, areTracked: false, annotated: nil, notes: 1),
        Layout(
            file: "coco-segments.json", format: .coco, boxes: .pixels, areNamed: false, areScored: true, areTracked: false, masks: all,
            annotated: nil, notes: 1),
        Layout(file: "coco.json", format: .coco, notes: 1),
        Layout(file: "supervision.csv", format: .supervision, areScored: true, annotated: nil),
        Layout(file: "supervision.json", format: .supervision, areScored: true, annotated: nil),
        Layout(
            file: "ultralytics-detect", format: .ultralytics, areNamed: false, areScored: true, areTracked: false, annotated: nil,
            notes: 1),
        Layout(file: "ultralytics-track", format: .ultralytics, areNamed: false, annotated: nil, notes: 1),
        Layout(file: "ultralytics-track-conf/labels", format: .ultralytics, areNamed: false, areScored: true, annotated: nil, notes: 1),
        Layout(
            file: "ultralytics-segment", format: .ultralytics, boxes: .contours, areNamed: false, areScored: true, masks: all,
            annotated: nil, notes: 1),
        Layout(file: "cvat.xml", format: .cvat, masks: [9: Set(1..<4)]),
        Layout(file: "cvat-keyframes.xml", format: .cvat, masks: [9: Set(1..<4)]),
        Layout(file: "cvat-masks.xml", format: .cvat, boxes: .pixels, masks: all),
        Layout(file: "label-studio.json", format: .labelStudio, ids: [7: .name("object_7"), 9: .name("object_9")]),
        Layout(file: "label-studio-frames.json", format: .labelStudio, ids: [7: .name("object_7"), 9: .name("object_9")]),
        Layout(file: "labelme", format: .labelme, masks: [7: [1, 3], 9: Set(1..<4)]),
        Layout(file: "grounded-sam-2", format: .groundedSAM2, boxes: .pixels, masks: all),
        Layout(file: "grounded-sam-2/json_data", format: .groundedSAM2, boxes: .pixels, masks: all),
        Layout(file: "grounded-sam-2/mask_data", format: .groundedSAM2, boxes: .pixels, masks: all),
        Layout(file: "videorefer.json", format: .videoRefer, boxes: .pixels, areNamed: false, masks: all),
    ]

    /// Left, top, width and height by frame and object.
    private let expected: [String: [String: [Double]]]

    init() throws {
        let fixture = URL(filePath: Fixtures.path("detections/expected.json"))
        expected = try JSONDecoder().decode([String: [String: [Double]]].self, from: Data(contentsOf: fixture))
    }

    private func box(_ frame: Int, _ object: Int) throws -> Rectangle {
        let numbers = try #require(expected[String(frame)]?[String(object)])
        return Rectangle(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3])
    }

    /// The objects in each frame of the scene, by number.
    private var objects: [(frame: Int, object: Int)] {
        expected.flatMap { frame, boxes in boxes.keys.map { (Int(frame) ?? -1, Int($0) ?? -1) } }.sorted { $0 < $1 }
    }

    @Test(arguments: layouts)
    func sceneIsTheSame(layout: Layout) throws {
        let path = Fixtures.path("detections/\(layout.file)")
        let set = try DetectionSources.open(path, clip: Self.clip)
        #expect(set.format == layout.format && set.notes.count == layout.notes, "\(set.notes)")
        #expect(set.annotatedFrames == layout.annotated)
        let wanted = objects
        #expect(set.detections.map(\.frame) == wanted.map(\.frame))
        // Objects of a frame may come in any order.
        let found = set.detections.sorted { ($0.frame, $0.box.left) < ($1.frame, $1.box.left) }
        for (detection, (frame, object)) in zip(found, wanted) {
            let exact = try box(frame, object)
            let box = layout.boxes == .exact ? exact : Rectangle(try #require(exact.pixels(in: PictureSize(width: 64, height: 48))))
            // Ultralytics traces the outermost pixels by their coordinates, not their edges.
            let slack = layout.boxes == .contours ? 1.01 : 0.011
            #expect(abs(detection.box.left - box.left) < slack && abs(detection.box.right - box.right) < slack, "\(frame), \(object)")
            #expect(abs(detection.box.top - box.top) < slack && abs(detection.box.bottom - box.bottom) < slack, "\(frame), \(object)")
            let names = layout.areNamed ? [7: "person", 9: "car"] : layout.format == .videoRefer ? [:] : [7: "0", 9: "2"]
            #expect(detection.label == names[object])
            #expect(detection.score == (layout.areScored ? [7: 0.875, 9: 0.5][object] : nil))
            #expect(detection.identity == (layout.areTracked ? layout.ids[object] : nil))
            #expect((detection.mask != nil) == layout.masks[object]?.contains(frame) ?? false)
            if let mask = detection.mask, layout.boxes == .pixels {
                #expect(Rectangle(mask.box) == box && Double(mask.area) == box.area - 4, "\(frame), \(object)")
            }
        }
    }

    /// Detections with identities are also masks of tracks.
    @Test(arguments: layouts)
    func tracks(layout: Layout) throws {
        let path = Fixtures.path("detections/\(layout.file)")
        guard layout.areTracked, layout.format != .coco else {
            #expect(layout.file == "coco.json" || (try? MaskSources.open(path, clip: Self.clip)) == nil)
            return
        }
        let source = try MaskSources.open(path, clip: Self.clip)
        #expect(source.format?.rawValue == layout.format.rawValue)
        #expect(source.tracks.map(\.id) == layout.ids.values.sorted())
        for (object, id) in layout.ids {
            let track = try source.track(id)
            #expect(track.label == (layout.areNamed ? [7: "person", 9: "car"][object] : nil))
            #expect(track.visibleFrames == objects.filter { $0.object == object }.map(\.frame))
            for appearance in track.appearances where layout.boxes != .contours {
                let mask = try source.mask(of: id, at: appearance.frame)
                #expect(mask.boundingBox == appearance.box && mask.area == appearance.area)
                let box = try #require(try box(appearance.frame, object).pixels(in: source.size))
                // Six digits move an edge through pixel centres to either side.
                guard layout.format != .ultralytics else {
                    #expect(abs(appearance.box.left - box.left) < 2 && abs(appearance.box.right - box.right) < 2)
                    continue
                }
                let wanted = layout.boxes == .pixels ? box.width * box.height - 4 : box.width * box.height
                if layout.masks[object]?.contains(appearance.frame) ?? false, layout.boxes == .exact {
                    #expect(appearance.area < wanted)
                } else {
                    #expect(appearance.box == box && appearance.area == wanted, "\(object) at \(appearance.frame)")
                }
            }
        }
        // The same again with the format's name.
        var settings = MaskSettings()
        settings.format = source.format
        #expect(try MaskSources.open(path, settings: settings, clip: Self.clip).tracks == source.tracks)
    }

    /// Arrays of every number type, byte order and memory order have the same labels: 0 to 11 in three rows.
    @Test func arrays() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("detections/npy")) {
            try withTemporaryDirectory { folder in
                let data = folder.appending(path: "mask_data")
                try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: Fixtures.path("detections/npy/\(name)"), toPath: data.appending(path: "mask_00000.npy").path)
                let set = try DetectionSources.open(folder.path)
                #expect(set.pictureSize == PictureSize(width: 4, height: 3), "\(name)")
                #expect(set.detections.map(\.identity) == (1...11).map { .number($0) }, "\(name)")
                let boxes = (1...11).map { Rectangle(left: Double($0 % 4), top: Double($0 / 4), width: 1, height: 1) }
                #expect(set.detections.map(\.box) == boxes, "\(name)")
            }
        }
    }

    /// Polygons between keyframes equal those of CVAT's code.
    @Test func polygonsOfCVAT() throws {
        struct Case: Decodable {
            let from, to, corners: [Double]
            let at: Double
        }
        let fixture = URL(filePath: Fixtures.path("detections/cvat-polygons.json"))
        for item in try JSONDecoder().decode([Case].self, from: Data(contentsOf: fixture)) {
            func points(_ corners: [Double]) -> String {
                stride(from: 0, to: corners.count, by: 2).map { "\(corners[$0]),\(corners[$0 + 1])" }.joined(separator: ";")
            }
            let xml = """
                <annotations><meta><task><start_frame>0</start_frame><stop_frame>4</stop_frame></task></meta>
                <track id="1" label="a"><polygon frame="0" outside="0" points="\(points(item.from))"/>
                <polygon frame="4" outside="0" points="\(points(item.to))"/></track></annotations>
                """
            try withTemporaryDirectory { folder in
                let file = folder.appending(path: "annotations.xml")
                try Data(xml.utf8).write(to: file)
                let set = try DetectionSources.open(file.path, clip: ClipFacts(size: PictureSize(width: 64, height: 48)))
                let found = try #require(set.detections.first { Double($0.frame) == item.at * 4 })
                let across = stride(from: 0, to: item.corners.count, by: 2).map { item.corners[$0] }
                let down = stride(from: 1, to: item.corners.count, by: 2).map { item.corners[$0] }
                #expect(abs(found.box.left - (across.min() ?? 0)) < 1e-6 && abs(found.box.right - (across.max() ?? 0)) < 1e-6)
                #expect(abs(found.box.top - (down.min() ?? 0)) < 1e-6 && abs(found.box.bottom - (down.max() ?? 0)) < 1e-6)
                let mask = try Polygon.rasterized(item.corners, width: 64, height: 48).mask
                #expect(found.mask?.mask == mask, "\(item.at) of \(item.from.count) to \(item.to.count)")
            }
        }
    }
}
