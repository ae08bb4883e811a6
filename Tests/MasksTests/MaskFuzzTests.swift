import Foundation
import Masks
import TestSupport
import Testing

/// Damaged mask files give an error or masks, never a trap or a hang. Seeded: equal in every run.
@Suite struct MaskFuzzTests {
    private static let files = [
        "youtube-vis.json", "youtube-vis-results.json", "coco.json", "coco-polygons.json", "rle-dictionary.json", "rle-list.json",
        "rle-amg.json", "mots.txt", "MOT-scene/gt/gt.txt", "mot-results.txt", "sa-v.json",
    ]
    private static let folders = [
        "label-png", "per-object-png", "rgb-palette", "rgb-colours", "binary-grey", "binary-named", "rle-folder",
    ]

    @Test(arguments: files)
    func damagedFile(name: String) throws {
        let bytes = Array(try Data(contentsOf: URL(filePath: Fixtures.path("masks/formats/\(name)"))))
        var random = SeededGenerator(seed: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        var opened = 0
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "masks")
            let forced = try MaskSources.open(Fixtures.path("masks/formats/\(name)")).format
            for round in 0..<400 {
                let damaged = round % 2 == 0 ? mutated(bytes, using: &random) : withOddNumber(bytes, using: &random)
                try Data(damaged).write(to: file)
                if use(file.path, format: round % 3 == 0 ? forced : nil, keepsGoing: round % 5 == 0) { opened += 1 }
            }
        }
        #expect(opened < 400)
    }

    @Test(arguments: folders)
    func damagedFolder(name: String) throws {
        var random = SeededGenerator(seed: UInt64(name.utf8.count))
        try withTemporaryDirectory { folder in
            let copy = folder.appending(path: name)
            try FileManager.default.copyItem(atPath: Fixtures.path("masks/formats/\(name)"), toPath: copy.path)
            let files = try FileManager.default.subpathsOfDirectory(atPath: copy.path).filter { $0.contains(".") }.sorted()
            for round in 0..<300 {
                let file = copy.appending(path: try #require(files.randomElement(using: &random)))
                let bytes = try Data(contentsOf: file)
                try Data(mutated(Array(bytes), using: &random)).write(to: file)
                _ = use(copy.path, format: nil, keepsGoing: round % 2 == 0)
                try bytes.write(to: file)
            }
        }
    }

    /// Reads everything.
    private func use(_ path: String, format: MaskFormat?, keepsGoing: Bool) -> Bool {
        var settings = MaskSettings()
        (settings.format, settings.keepsGoing) = (format, keepsGoing)
        do {
            let source = try MaskSources.open(path, settings: settings)
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
