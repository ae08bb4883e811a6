import Foundation
import Imaging
import Masks
import TestSupport
import Testing

/// If these fail, masks land on the wrong frames, void counts as an object, or an invalid folder is accepted.
@Suite struct LabelFolderReaderTests {
    /// Makes a folder with renamed copies of fixtures.
    private func withFolder(_ files: [(name: String, fixture: String)], _ body: (String) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            for file in files {
                let target = folder.appending(path: file.name)
                try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: Fixtures.path("masks/\(file.fixture)"), toPath: target.path)
            }
            try body(folder.path)
        }
    }

    private func error(_ files: [(name: String, fixture: String)]) throws -> MaskError? {
        var found: MaskError?
        try withFolder(files) { folder in
            found = #expect(throws: MaskError.self) { try LabelFolderReader(path: folder) }
            #expect(found?.description.hasPrefix(folder) == true)
            #expect(found?.description.contains("\n") == false)
        }
        return found
    }

    @Test func framesAreTheNumbersAtTheEndOfTheNames() throws {
        let files = ["00012.png", "frame_7.png", "cam2-0100.PNG", "3.png", ".hidden.jpg", "notes.txt", "meta.json", "x/00001.png"]
        try withFolder(files.map { ($0, "depths/palette4.png") }) { folder in
            let reader = try LabelFolderReader(path: folder)
            #expect(reader.annotatedFrames == [3, 7, 12, 100])
            #expect(reader.tracks.count == 15)
            #expect(reader.tracks[0].visibleFrames == [3, 7, 12, 100])
            #expect(reader.tracks[0].appearance(at: 7)?.frame == 7)
            #expect(reader.tracks[0].appearance(at: 8) == nil)
            #expect(reader.file(of: 7) == folder + "/frame_7.png")
        }
    }

    /// Every way of storing object ids gives the same tracks as Pillow's reading of the file.
    @Test(arguments: [
        "palette1.png", "palette2.png", "palette4.png", "palette8.png", "palette2_interlaced.png", "palette8_interlaced.png",
        "grey1.png", "grey2.png", "grey4.png", "grey8.png", "grey16.png", "grey16_interlaced.png", "grey8_alpha.png",
    ])
    func everyDepth(name: String) throws {
        struct Expectation: Decodable {
            struct Picture: Decodable { let values: [Int] }
            let width: Int
            let pictures: [String: Picture]
        }
        let fixture = URL(filePath: Fixtures.path("masks/depths/expected.json"))
        let expected = try JSONDecoder().decode(Expectation.self, from: Data(contentsOf: fixture))
        let values = try #require(expected.pictures[name]).values
        var places: [Int: [(x: Int, y: Int)]] = [:]
        for (index, value) in values.enumerated() where value != 0 {
            places[value, default: []].append((index % expected.width, index / expected.width))
        }
        if !name.hasPrefix("grey16") { places = places.filter { ![254, 255].contains($0.key) } }
        try withFolder([("0.png", "depths/\(name)")]) { folder in
            let reader = try LabelFolderReader(path: folder)
            #expect(reader.tracks.map(\.id) == places.keys.sorted().map(TrackID.number))
            for (track, value) in zip(reader.tracks, places.keys.sorted()) {
                let points = places[value] ?? []
                let left = points.map(\.x).min() ?? 0, top = points.map(\.y).min() ?? 0
                let right = points.map(\.x).max() ?? 0, bottom = points.map(\.y).max() ?? 0
                let box = BoundingBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
                #expect(track.appearances == [Track.Appearance(frame: 0, box: box, area: points.count)])
                #expect(try reader.mask(of: track.id, at: 0).pixels == values.map { $0 == value ? 1 : 0 })
            }
        }
    }

    /// 255 is void next to other objects; alone it is the object of a black-and-white mask.
    @Test func voidRequiresOtherObjects() throws {
        func ids(_ names: String...) throws -> [TrackID] {
            var found: [TrackID] = []
            try withFolder(names.enumerated().map { ("\($0.offset).png", "void/\($0.element).png") }) { folder in
                found = try LabelFolderReader(path: folder).tracks.map(\.id)
            }
            return found
        }
        #expect(try ids("only_255") == [.number(255)])
        #expect(try ids("254_and_255") == [.number(254), .number(255)])
        // The other object may be in another frame.
        #expect(try ids("254_and_255", "only_3") == [.number(3)])
    }

    /// An empty mask among others means that no object is visible, unlike a gap.
    @Test func emptyMaskIsAnAnnotatedFrame() throws {
        try withFolder([("0.png", "void/only_3.png"), ("1.png", "void/empty.png"), ("5.png", "void/only_3.png")]) { folder in
            let reader = try LabelFolderReader(path: folder)
            #expect(reader.annotatedFrames == [0, 1, 5])
            #expect(reader.tracks.map(\.visibleFrames) == [[0, 5]])
        }
    }

    @Test func missingFolder() {
        let error = #expect(throws: MaskError.self) { try LabelFolderReader(path: "/nowhere/masks") }
        #expect(error?.description == "/nowhere/masks: no such file or folder")
        #expect(error?.category == .notFound)
    }

    @Test func fileInsteadOfFolder() {
        let path = Fixtures.path("masks/README.md")
        let error = #expect(throws: MaskError.self) { try LabelFolderReader(path: path) }
        #expect(error?.description == "\(path): found a file, expected a folder of label PNGs")
        #expect(error?.category == .invalid)
    }

    @Test func foldersWithoutMasks() throws {
        func noMasks(_ contents: String) -> MaskError.Reason {
            .unusable(found: contents, expected: "label PNGs named by frame, such as 00000.png")
        }
        #expect(try error([])?.reason == noMasks("an empty folder"))
        #expect(try error([("notes.txt", "README.md")])?.reason == noMasks("no PNG"))
        #expect(try error([("1/0.png", "void/only_3.png"), ("2/0.png", "void/only_3.png")])?.reason == noMasks("no PNG but 2 folders"))
        #expect(try error([("0.png", "void/empty.png"), ("1.png", "void/empty.png")])?.reason == .emptyMasks)
    }

    @Test func badNames() throws {
        let notNumbered = MaskError.Reason.unusable(
            found: "a name without a number at its end", expected: "a frame number, such as 00000.png")
        #expect(try error([("mask.png", "void/only_3.png")])?.reason == notNumbered)
        let large = try error([("99999999999999999999.png", "void/only_3.png")])
        #expect(large?.description.contains("found a number too large for a frame in the name 99999999999999999999.png") == true)
        let twice = try error([("7.png", "void/only_3.png"), ("a007.png", "void/only_3.png")])
        #expect(twice?.description.hasSuffix("/a007.png: found a second mask for frame 7 beside 7.png, expected one") == true)
        let picture = try error([("0.png", "void/only_3.png"), ("1.jpg", "README.md")])
        #expect(picture?.description.hasSuffix("/1.jpg: found a picture that is not a PNG, expected label PNGs only") == true)
    }

    @Test func badFilesAreNamed() throws {
        let colours = try error([("0.png", "void/only_3.png"), ("1.png", "depths/refused_rgb.png"), ("2.png", "README.md")])
        #expect(colours?.description.hasSuffix("/1.png: found RGB colours, expected palette indices or grey values") == true)
        let text = try error([("0.png", "void/only_3.png"), ("2.png", "README.md")])
        #expect(text?.path.hasSuffix("/2.png") == true)
        #expect(text?.category == .invalid)
        let rows = try error([("0.png", "depths/refused_rows_missing.png")])
        #expect(rows?.description.contains("rows missing") == true)
        let sizes = try error([("0.png", "void/only_3.png"), ("1.png", "depths/one_pixel.png")])
        #expect(sizes?.description.hasSuffix("/1.png: found a mask of 1x1, expected 8x6 as in 0.png") == true)
    }

    /// A file that becomes unreadable after the scan is an error when it is used.
    @Test func maskThatVanishes() throws {
        try withFolder([("0.png", "void/only_3.png"), ("1.png", "void/only_3.png")]) { folder in
            let reader = try LabelFolderReader(path: folder)
            _ = try reader.mask(of: .number(3), at: 0)
            try FileManager.default.removeItem(atPath: folder + "/1.png")
            let error = #expect(throws: MaskError.self) { try reader.mask(of: .number(3), at: 1) }
            #expect(error?.category == .notFound)
        }
    }
}
