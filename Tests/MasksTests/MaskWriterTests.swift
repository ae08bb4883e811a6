import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, masks change when they are converted, or a conversion destroys something.
@Suite struct MaskWriterTests {
    private func name(_ format: MaskFormat) -> String {
        switch format {
        case .youtubeVIS: "out.json"
        case .motChallenge: "out.txt"
        default: "out"
        }
    }

    /// Ids, labels, frames and every pixel; overlaps if the format can store them.
    @Test(arguments: FormatsTests.layouts, [MaskFormat.labelPNG, .objectPNG, .youtubeVIS])
    func roundTripLosesNothing(layout: FormatsTests.Layout, format: MaskFormat) throws {
        let source = try MaskSources.open(layout.path, clip: ClipFacts(name: "scene"))
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: name(format)).path
            let overlaps = !["flat"].contains(layout.shape) && layout.tracks.count > 1
            let isHeld = format != .labelPNG || (!overlaps && layout.tracks.keys.allSatisfy { $0 > .number(0) && $0 < .name("") })
            guard isHeld else {
                let error = #expect(throws: MaskError.self) { try MaskWriter.write(source, as: format, to: path) }
                #expect(error?.description.contains(
                    layout.file.hasPrefix("sa-v") ? "track 0, whose id"
                        : layout.tracks.count == 1 ? "track walker" : "over each other in frame 1") == true)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
                return
            }
            try MaskWriter.write(source, as: format, to: path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [name(format)])
            let again = try MaskSources.open(path)
            #expect(again.format == format)
            #expect(again.tracks == source.tracks)
            #expect(again.size == source.size)
            #expect(again.annotatedFrames == source.annotatedFrames)
            for track in source.tracks {
                if format == .objectPNG { #expect(again.annotatedFrames(of: track.id) == source.annotatedFrames(of: track.id)) }
                for frame in track.visibleFrames {
                    #expect(try again.mask(of: track.id, at: frame) == source.mask(of: track.id, at: frame))
                }
            }
        }
    }

    /// Boxes and ids of tracks are preserved in MOTChallenge text.
    @Test(arguments: FormatsTests.layouts)
    func boxesRoundTrip(layout: FormatsTests.Layout) throws {
        let source = try MaskSources.open(layout.path, clip: ClipFacts(name: "scene"))
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "tracks.txt").path
            guard layout.tracks.keys.allSatisfy({ $0 < .name("") }) else {
                let error = #expect(throws: MaskError.self) { try MaskWriter.write(source, as: .motChallenge, to: path) }
                #expect(error?.description.hasSuffix(
                    "found track walker, whose id is not 0 to 1000000000, expected only what motchallenge can hold") == true)
                #expect(throws: MaskError.self) { try MaskWriter.check(source, fits: .motChallenge, frames: nil) }
                return
            }
            try MaskWriter.check(source, fits: .motChallenge, frames: nil)
            try MaskWriter.write(source, as: .motChallenge, to: path)
            let again = try MaskSources.open(path, clip: ClipFacts(size: source.size))
            #expect(again.format == .motChallenge && again.tracks.map(\.id) == source.tracks.map(\.id))
            for (track, other) in zip(source.tracks, again.tracks) {
                #expect(other.appearances.map(\.box) == track.appearances.map(\.box) && other.visibleFrames == track.visibleFrames)
            }
        }
    }

    @Test func linesOfMOTChallengeText() throws {
        let regions = [(5, 2, 1), (0, 0, 0)].map { Region(.box(BoundingBox(left: $0.0, top: $0.1, width: 3, height: 4)), frame: $0.2) }
        let source = try DrawnRegions(regions, path: "clip", size: PictureSize(width: 20, height: 10))
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "tracks.txt")
            try MaskWriter.write(source, as: .motChallenge, to: file.path)
            #expect(try String(contentsOf: file, encoding: .utf8) == "1,2,1,1,3,4,1,-1,-1,-1\n2,1,6,3,3,4,1,-1,-1,-1\n")
        }
    }

    /// Ids with another meaning in label PNGs.
    @Test func reservedIds() throws {
        func lost(_ ids: [Int]) throws -> String {
            let rows = ids.enumerated().map { "1,\($1),\(1 + $0 * 3),1,2,2,1" }.joined(separator: "\n")
            return try withTemporaryDirectory { folder in
                let file = folder.appending(path: "boxes.txt")
                try Data(rows.utf8).write(to: file)
                let source = try MaskSources.open(file.path)
                do {
                    try MaskWriter.write(source, as: .labelPNG, to: folder.appending(path: "out").path)
                } catch {
                    return String("\(error)".dropFirst(file.path.count + 2))
                }
                let again = try MaskSources.open(folder.appending(path: "out").path)
                #expect(again.tracks.map(\.id) == ids.map(TrackID.number))
                return ""
            }
        }
        #expect(try lost([1, 300]) == "")
        #expect(try lost([254, 255, 256]) == "")
        #expect(try lost([254, 255]) == "")
        #expect(try lost([1, 255]) == "found track 255, an id that means void beside others, expected only what label-png can hold")
        #expect(try lost([1001, 10000]) == "found track 10000, an id that means void beside others, expected only what label-png can hold")
        #expect(try lost([255]).contains("black and white"))
        #expect(try lost([1, 65536]).contains("not 1 to 65535"))
    }

    @Test func nothingIsReplacedByDefault() throws {
        let source = try MaskSources.open(Fixtures.path("masks/formats/label-png"))
        try withTemporaryDirectory { folder in
            for format in MaskFormat.writable {
                let path = folder.appending(path: name(format) + format.rawValue).path
                try MaskWriter.write(source, as: format, to: path)
                let exists = #expect(throws: MaskError.self) { try MaskWriter.write(source, as: format, to: path) }
                #expect(exists?.reason == .outputExists)
                try MaskWriter.write(source, as: format, to: path, replaces: true)
                #expect(try MaskSources.open(path).tracks.map(\.id) == source.tracks.map(\.id))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 4)
        }
    }

    /// `--overwrite` removes masks and nothing else.
    @Test func onlyMasksAreReplaced() throws {
        let source = try MaskSources.open(Fixtures.path("masks/formats/label-png"))
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "precious").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: path + "/thesis.txt"))
            let error = #expect(throws: MaskError.self) {
                try MaskWriter.write(source, as: .labelPNG, to: path, replaces: true)
            }
            #expect(error?.description == "\(path): found thesis.txt among masks, expected a folder of masks only to replace")
            #expect(throws: MaskError.self) { try MaskWriter.write(source, as: .youtubeVIS, to: path, replaces: true) }
            #expect(FileManager.default.fileExists(atPath: path + "/thesis.txt"))
            #expect(throws: MaskError.self) { try MaskWriter.write(source, as: .labelPNG, to: folder.path + "/a/b/c") }
            #expect(throws: MaskError.self) { try MaskWriter.write(source, as: .mots, to: folder.path + "/x.txt") }

            let masks = folder.appending(path: "masks").path
            try FileManager.default.copyItem(atPath: source.path, toPath: masks)
            let same = try MaskSources.open(masks)
            let overlap = #expect(throws: MaskError.self) {
                try MaskWriter.write(same, as: .objectPNG, to: masks, replaces: true)
            }
            #expect(overlap?.description.contains("the place the masks are read from") == true)
        }
    }
}
