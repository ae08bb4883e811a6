import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// Damaged detection files give an error or detections, never a trap or a hang. Seeded: equal in every run.
@Suite struct DetectionFuzzTests {
    private static let clip = ClipFacts(name: "clip", size: PictureSize(width: 64, height: 48), frameCount: 6, frameRate: 10)
    private static let files = [
        "coco-results.json", "coco-segments.json", "coco.json", "supervision.csv", "supervision.json", "cvat.xml", "cvat-keyframes.xml",
        "cvat-masks.xml", "label-studio.json", "labelme/00001.json", "videorefer.json", "ultralytics-segment/labels/clip_2.txt",
        "ultralytics-track-conf/labels/clip_2.txt", "grounded-sam-2/json_data/mask_00001.json",
    ]

    @Test(arguments: files)
    func damagedFile(name: String) throws {
        let original = URL(filePath: Fixtures.path("detections/\(name)"))
        let bytes = Array(try Data(contentsOf: original))
        var random = SeededGenerator(seed: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        let format = try DetectionSources.open(original.path, clip: Self.clip).format
        var opened = 0
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "clip_2.txt")
            for round in 0..<300 {
                let damaged = round % 2 == 0 ? mutated(bytes, using: &random) : withOddNumber(bytes, using: &random)
                try Data(damaged).write(to: file)
                if use(file.path, format: round % 3 == 0 ? format : nil, keepsGoing: round % 5 == 0) { opened += 1 }
            }
        }
        #expect(opened < 300)
    }

    @Test func damagedArrays() throws {
        var random = SeededGenerator(seed: 7)
        let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("detections/npy")).sorted()
        try withTemporaryDirectory { folder in
            let data = folder.appending(path: "mask_data")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            for name in names {
                let bytes = Array(try Data(contentsOf: URL(filePath: Fixtures.path("detections/npy/\(name)"))))
                for _ in 0..<60 {
                    try Data(mutated(bytes, using: &random)).write(to: data.appending(path: "mask_00000.npy"))
                    _ = use(folder.path, format: nil, keepsGoing: false)
                }
            }
        }
    }

    /// Headers that demand more data than there is.
    @Test(arguments: [
        "{'descr': '<u2', 'fortran_order': False, 'shape': (4611686018427387904, 4611686018427387904), }",
        "{'descr': '<u2', 'fortran_order': False, 'shape': (0, 4), }", "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 5), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '<u2', 'fortran_order': 0, 'shape': (3, 4), }", "{'descr': '<u2', 'shape': (3, 4), }", "{'descr': '<u2'", "{", "",
        "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4, 99999999999999999999), }",
        "{'descr': '<u3', 'fortran_order': False, 'shape': (3, 4)}",
        "{'descr': '<u2', 'descr': '<u2', 'fortran_order': False, 'shape': (3, 4)}",
    ])
    func headersOfArrays(header: String) throws {
        try withTemporaryDirectory { folder in
            let data = folder.appending(path: "mask_data")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            let length = UInt16(header.utf8.count)
            let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
                + [UInt8](repeating: 0, count: 24)
            try Data(bytes).write(to: data.appending(path: "mask_00000.npy"))
            let error = #expect(throws: MaskError.self) { try DetectionSources.open(folder.path) }
            #expect(error?.description.contains("mask_00000.npy: found") == true && error?.description.contains("\n") == false)
        }
    }

    /// Content built to cost time or memory, or to reach other files.
    @Test func hostileContent() throws {
        let deep = String(repeating: "<a>", count: 5000)
        let entity = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><annotations>&b;</annotations>"
        let long = "<track id=\"1\" label=\"a\"><box frame=\"0\" outside=\"0\" xtl=\"1\" ytl=\"1\" xbr=\"2\" ybr=\"2\"/>"
            + "<box frame=\"2147483647\" xtl=\"1\" ytl=\"1\" xbr=\"2\" ybr=\"2\"/></track>"
        let many = (0..<5000).map { "\($0),\($0 % 7)" }.joined(separator: ";")
        let polygons = "<track id=\"1\"><polygon frame=\"0\" outside=\"0\" points=\"\(many)\"/>"
            + "<polygon frame=\"9\" points=\"\(many)\"/></track>"
        let frames = #"[{"data":{"v":"a"},"annotations":[{"result":[{"id":"a","type":"videorectangle","#
            + #""value":{"framesCount":2147483647,"sequence":[{"frame":1,"x":1,"y":1,"width":1,"height":1,"enabled":true},"#
            + #"{"frame":2147483647,"x":1,"y":1,"width":1,"height":1,"enabled":true}]}}]}]}]"#
        let size = #"{"shapes":[],"imageWidth":2147483647,"imageHeight":2147483647}"#
        let runs = "<track id=\"1\"><mask frame=\"0\" rle=\"99999999999\" left=\"1\" top=\"1\" width=\"2\" height=\"2\"/></track>"
        let huge = "<track id=\"1\"><mask frame=\"0\" rle=\"1\" left=\"1\" top=\"1\" width=\"99999\" height=\"99999\"/></track>"
        let range = "<meta><task><start_frame>0</start_frame><stop_frame>2147483646</stop_frame></task></meta><track id=\"1\"></track>"
        for (text, part) in [
            ("<annotations>" + deep, "more than 32 levels of elements"), (entity, "found a document type"),
            ("<annotations><track id=\"1\">", "found the end of the file in line 1, expected XML whose elements end"),
            ("<annotations>\(long)</annotations>", "those of one clip"),
            ("<annotations>\(polygons)</annotations>", "polygons of 5001 and 5001 corners"), (frames, "those of one clip"),
            (size, "found a picture of 2147483647x2147483647"), ("<annotations>\(runs)</annotations>", "a run that does not fit"),
            ("<annotations>\(huge)</annotations>", "found a mask of 99999.0x99999.0 pixels"),
            ("<annotations>\(range)</annotations>", "found more than 4194304 frames"),
            (String(repeating: "[", count: 5000), "more than 64 levels"), ("<root/>", "found XML of another kind"),
        ] {
            try withTemporaryDirectory { folder in
                let file = folder.appending(path: "7.json")
                try Data(text.utf8).write(to: file)
                let clip = ClipFacts(name: "clip", size: PictureSize(width: 64, height: 48))
                let error = #expect(throws: MaskError.self) { try DetectionSources.open(file.path, clip: clip) }
                #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
                #expect(error?.description.hasPrefix(file.path) == true && error?.description.contains("\n") == false)
            }
        }
    }

    /// Reads everything, as detections and as masks.
    private func use(_ path: String, format: DetectionFormat?, keepsGoing: Bool) -> Bool {
        var settings = DetectionSettings()
        (settings.format, settings.keepsGoing) = (format, keepsGoing)
        do {
            let set = try DetectionSources.open(path, settings: settings, clip: Self.clip)
            for detection in set.detections {
                let box = detection.box
                #expect(detection.frame >= 0 && [box.left, box.top, box.width, box.height].allSatisfy(\.isFinite))
                if let mask = detection.mask { #expect(mask.mask.area == mask.area) }
            }
            var masks = MaskSettings()
            masks.format = format.flatMap { MaskFormat(rawValue: $0.rawValue) }
            guard let source = try? MaskSources.open(path, settings: masks, clip: Self.clip) else { return true }
            for track in source.tracks {
                for appearance in track.appearances {
                    let mask = try source.mask(of: track.id, at: appearance.frame)
                    #expect(mask.boundingBox == appearance.box && mask.area == appearance.area)
                }
            }
            return true
        } catch let error as MaskError {
            #expect(!error.description.contains("\n"))
        } catch {
            Issue.record("an error of another kind: \(error)")
        }
        return false
    }
}
