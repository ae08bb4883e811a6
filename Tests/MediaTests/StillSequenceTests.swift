import Foundation
import Imaging
import TestSupport
import Testing
import Media

/// If these fail, pictures of a series are in the wrong order, or some are left out or mixed up.
@Suite struct StillSequenceTests {
    /// Each kind of picture has a different size, so that its position in the series can be recognised.
    private func fill(_ folder: URL, _ files: [(name: String, still: String)]) throws {
        for file in files {
            try Data(bytes(of: "video/stills/\(file.still)")).write(to: folder.appending(path: file.name))
        }
    }

    private func numbersAndTimes(_ frames: ClipFrames) throws -> [(Int, Double)] {
        var found: [(Int, Double)] = []
        while let frame = try frames.next() { found.append((frame.index, frame.time)) }
        return found
    }

    /// The frames of a clip, written as stills, give the clip again.
    @Test(arguments: ["frame-%d.ppm", "%03d.ppm", "100%%_%02d.PPM", nil])
    func seriesIsTheClip(pattern: String?) throws {
        let strip = try ImageDecoder.rgb(path: Fixtures.path("video/groups.frames.png"))
        try withTemporaryDirectory { folder in
            for number in 0..<12 {
                let name = String(format: pattern ?? "shot%d.ppm", number + 3)
                let image = strip.cropped(to: BoundingBox(left: 0, top: number * 48, width: 64, height: 48))
                try Data("P6 64 48 255\n".utf8 + image.pixels).write(to: folder.appending(path: name))
            }
            let clip = try VideoClip(path: pattern.map { folder.path + "/" + $0 } ?? folder.path, stillRate: 10)
            #expect((clip.info.width, clip.info.height) == (64, 48))
            #expect(clip.info.frameRate == 10 && clip.info.duration == 1.2 && clip.info.declaredFrames == 12)
            #expect(clip.frameCount == 12 && clip.sequentialReason == nil)
            #expect(clip.time(ofFrame: 11) == 1.1)
            #expect(clip.time(ofFrame: 12) == nil)
            for wanted in [Array(0..<12), [7], [2, 11, 12]] {
                let frames = try clip.frames(wanted)
                #expect(frames.frameCount == 12 && frames.lastTime == 1.1)
                for number in wanted where number < 12 {
                    let frame = try #require(try frames.next())
                    #expect(frame.index == number && frame.time == Double(number) / 10)
                    let box = BoundingBox(left: 0, top: number * 48, width: 64, height: 48)
                    #expect(try frame.image() == strip.cropped(to: box))
                }
                #expect(try frames.next() == nil && frames.damage == nil)
            }
        }
    }

    /// Numbers are compared by value, whatever their digits; other files are ignored.
    @Test func folderIsSortedByNumber() throws {
        try withTemporaryDirectory { folder in
            try fill(folder, [
                ("a10.png", "rgb.png"), ("b9.png", "rgb.png"), ("c00011.png", "rgb.png"),
                ("d99999999999999999999.png", "rgb.png"), ("notes9.txt", "rgb.png"), (".hidden12.png", "rgb.png"),
            ])
            let frames = try VideoClip(path: folder.path).frames()
            #expect(frames.frameCount == 4)
            #expect(try numbersAndTimes(frames).map(\.1) == [0, 0.04, 0.08, 0.12])
        }
    }

    /// If names end in a hash, the number that differs determines the order.
    @Test func hashesDoNotOrder() throws {
        try withTemporaryDirectory { folder in
            try fill(folder, [("s-0002_jpg.rf.0a1b2c3d1.png", "rgb.png"), ("s-0001_jpg.rf.f9e8d7c62.png", "rgb.png")])
            #expect(
                try VideoClip(path: folder.path).stills
                    == ["s-0001_jpg.rf.f9e8d7c62.png", "s-0002_jpg.rf.0a1b2c3d1.png"].map { folder.path + "/" + $0 })
        }
    }

    @Test func twoPicturesWithOneNumber() throws {
        try withTemporaryDirectory { folder in
            try fill(folder, [("7.png", "rgb.png"), ("8.png", "rgb.png"), ("007.jpg", "rgb.png")])
            let error = #expect(throws: VideoError.self) { try VideoClip(path: folder.path) }
            #expect(error?.description.contains("two pictures with the same number, 007.jpg and 7.png") == true)
            #expect(error?.category == .invalid)
        }
    }

    /// Numbers count only if all names have one.
    @Test func otherwiseSortedByName() throws {
        try withTemporaryDirectory { folder in
            try fill(folder, [("7.png", "rgb.png"), ("007.png", "rgb.png"), ("zebra.png", "rgb.png")])
            #expect(try VideoClip(path: folder.path).frameCount == 3)
        }
    }

    @Test func emptyFolder() throws {
        try withTemporaryDirectory { folder in
            let empty = #expect(throws: VideoError.self) { try VideoClip(path: folder.path) }
            #expect(empty?.description.hasSuffix("found a folder without pictures, expected stills, or a file") == true)
            for name in ["%05d.png", "nowhere/%d.png", "%d-%d.png", "%s.png", "%5d.png"] {
                let path = folder.path + "/" + name
                let error = #expect(throws: VideoError.self) { try VideoClip(path: path) }
                #expect(error == .missing(path: path))
            }
            let rate = #expect(throws: VideoError.self) {
                try fill(folder, [("1.png", "rgb.png")])
                _ = try VideoClip(path: folder.path, stillRate: 0)
            }
            #expect(rate?.category == .invalid)
        }
    }

    @Test func otherSizeIsAnErrorWithTheFile() throws {
        try withTemporaryDirectory { folder in
            try fill(folder, [("1.png", "rgb.png"), ("2.png", "rgb.png")])
            try FileManager.default.copyItem(atPath: Fixtures.path("video/groups.frames.png"), toPath: folder.path + "/3.png")
            let frames = try VideoClip(path: folder.path + "/%d.png").frames()
            let size = try #require(try frames.next()).size
            #expect(try frames.next() != nil)
            let error = #expect(throws: VideoError.self) { try frames.next() }
            #expect(error == .sizeChanged(
                path: folder.path + "/3.png", frame: 2, first: size, now: PictureSize(width: 64, height: 864)))
        }
    }

    /// A truncated picture in a series is named.
    @Test func damagedPicture() throws {
        try withTemporaryDirectory { folder in
            try fill(folder, [("1.png", "rgb.png")])
            try Data(bytes(of: "video/stills/rgb.png").dropLast(40)).write(to: folder.appending(path: "2.png"))
            let frames = try VideoClip(path: folder.path).frames()
            #expect(try frames.next() != nil)
            let error = #expect(throws: VideoError.self) { try frames.next() }
            #expect(error?.description.hasPrefix(folder.path + "/2.png") == true)
        }
    }

    /// A clock that passes a full minute, and two counters.
    @Test(arguments: [
        ["12-58-50.png", "12-58-59.png", "12-59-02.png"], ["part1_8.png", "part2_0.png", "part2_8.png"],
        ["0.5.png", "0.75.png", "1.png"],
    ])
    func severalNumbersCountFromTheLeft(names: [String]) throws {
        try withTemporaryDirectory { folder in
            try fill(folder, names.map { ($0, "rgb.png") })
            #expect(try VideoClip(path: folder.path).stills == names.map { folder.path + "/" + $0 })
        }
    }
}
