import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import TestSupport
import Testing

/// If these fail, masks of a clip that was recorded sideways or upside down lie on the wrong things.
@Suite struct ClipMasksTests {
    /// A mask that looks another way however a picture is turned.
    private let mask: Mask = {
        var pixels = [UInt8](repeating: 0, count: 64 * 48)
        for row in 5..<15 { for column in 8..<40 where column < 12 || row < 8 { pixels[row * 64 + column] = 1 } }
        return Mask(width: 64, height: 48, pixels: pixels)
    }()

    /// The bright part of a clip's fourth picture.
    private func bright(_ clip: String) throws -> Mask {
        let frame = try #require(try VideoClip(path: Fixtures.path("video/\(clip)")).frames([3]).next()), image = try frame.image()
        let pixels = stride(from: 0, to: image.pixels.count, by: 3).map { place -> UInt8 in
            image.pixels[place..<place + 3].reduce(0) { $0 + Int($1) } > 384 ? 1 : 0
        }
        return Mask(width: image.width, height: image.height, pixels: pixels)
    }

    private func open(_ mask: Mask, _ clip: String, _ orientation: MaskOrientation? = nil) throws -> any MaskSource {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "masks").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let file = path + "/00003.png"
            let image = LabelImage(width: mask.width, height: mask.height, values: mask.pixels.map(UInt16.init))
            try Data(LabelPNGEncoder.png(image, path: file)).write(to: URL(filePath: file))
            var settings = MaskSettings()
            settings.orientation = orientation
            let video = try VideoClip(path: Fixtures.path("video/\(clip)"))
            let masks = try ClipMasks.open(path, settings: settings, clip: video, name: clip)
            let track = try #require(masks.tracks.first), found = try masks.mask(of: track.id, at: 3)
            #expect(track.appearances.map(\.box) == [found.boundingBox] && track.appearances[0].area == mask.area)
            try masks.validate(width: video.info.width, height: video.info.height, frameCount: 16)
            return DecodedMasks(masks, found)
        }
    }

    /// Sizes that fit the stored pictures alone are evidence; the mask turns as the picture does.
    @Test func masksOfStoredPicturesAreTurnedWithThem() throws {
        // The same pictures, stored as they are shown and turned.
        let stored = try bright("h264_bframes.mp4"), shown = try bright("rotated90.mp4")
        let turned = try open(stored, "rotated90.mp4")
        #expect(turned.size == PictureSize(width: 48, height: 64))
        let found = try turned.mask(of: .number(1), at: 3)
        #expect(zip(found.pixels, shown.pixels).count(where: ==) > 48 * 64 * 95 / 100)
        #expect(turned.problems.map(\.kind) == [.note])
        #expect(turned.problems[0].message.hasSuffix("masks of 64x48, as the clip's pictures are stored: turned with them to 48x64"))
        #expect(throws: (any Error).self) { _ = try open(mask, "rotated90.mp4", .shown) }
    }

    /// Boxes in text are of no size; and turn as masks do.
    @Test func boxesWithoutASize() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "boxes.txt").path
            try Data("1,7,3,6,10,20,1\n".utf8).write(to: URL(filePath: path))
            let clip = try VideoClip(path: Fixtures.path("video/rotated90.mp4"))
            let shown = try ClipMasks.open(path, settings: MaskSettings(), clip: clip, name: "clip")
            #expect(shown.tracks[0].appearances[0].box == BoundingBox(left: 2, top: 5, width: 10, height: 20))
            #expect(shown.problems.contains { $0.message.contains("stored turned by 90 degrees") })
            var settings = MaskSettings()
            settings.orientation = .stored
            let stored = try ClipMasks.open(path, settings: settings, clip: clip, name: "clip")
            #expect(stored.tracks[0].appearances[0].box.width == 20 && stored.size == clip.info.size)
            #expect(try stored.mask(of: .number(7), at: 0).boundingBox == stored.tracks[0].appearances[0].box)
        }
    }

    /// Boxes that lie inside the stored pictures, and beyond the shown ones, belong to the stored.
    @Test func boxesTellByHowFarTheyReach() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "boxes.txt").path
            let clip = try VideoClip(path: Fixtures.path("video/rotated90.mp4"))
            func open(_ text: String, _ orientation: MaskOrientation? = nil) throws -> any MaskSource {
                try Data(text.utf8).write(to: URL(filePath: path))
                var settings = MaskSettings()
                settings.orientation = orientation
                return try ClipMasks.open(path, settings: settings, clip: clip, name: "clip")
            }
            let stored = "1,7,3,6,10,20,1\n2,7,43,6,22,20,1\n", turned = try open(stored), named = try open(stored, .stored)
            #expect(turned.size == clip.info.size && turned.tracks == named.tracks)
            #expect(turned.problems.contains { $0.message.contains("beyond 48x64 and not beyond 64x48") })
            // Beyond both, and beyond the stored ones alone.
            for text in ["1,7,3,6,10,20,1\n2,7,43,6,23,20,1\n", "1,7,3,30,10,25,1\n"] {
                let shown = try open(text), named = try open(text, .shown)
                #expect(shown.tracks == named.tracks)
                #expect(shown.problems.contains { $0.message.contains("--masks-orientation stored") })
            }
        }
    }

    /// Where sizes are equal an option decides, and without it a note says what was done.
    @Test func upsideDownIsSaid() throws {
        let shown = try open(mask, "rotated180.mp4")
        #expect(try shown.mask(of: .number(1), at: 3) == mask)
        #expect(shown.problems.map(\.kind) == [.note])
        #expect(shown.problems[0].message.contains("stored turned by 180 degrees"))
        #expect(shown.problems[0].message.contains("--masks-orientation stored"))
        let explicit = try open(mask, "rotated180.mp4", .shown)
        #expect(try explicit.mask(of: .number(1), at: 3) == mask && explicit.problems.isEmpty)
        let stored = try open(mask, "rotated180.mp4", .stored)
        #expect(try stored.mask(of: .number(1), at: 3).pixels == mask.pixels.reversed() && stored.problems.isEmpty)
        let upright = try open(mask, "h264_bframes.mp4")
        #expect(try upright.mask(of: .number(1), at: 3) == mask && upright.problems.isEmpty)
    }

    /// Frames that a header of a clip of 12 claims, and what masks with some numbers are.
    struct Claim: Sendable {
        let frames: UInt8
        let numbers: [Int]
        let expected: [Int]
    }

    /// A header that counts one frame too few does not make numbers from 0 numbers from 1; frames that are counted tell.
    @Test(arguments: [
        Claim(frames: 11, numbers: [5, 11], expected: [5, 11]), Claim(frames: 12, numbers: [5, 12], expected: [4, 11]),
        Claim(frames: 12, numbers: Array(1...12), expected: Array(0..<12)),
        Claim(frames: 11, numbers: Array(0..<12), expected: Array(0..<12)),
    ])
    func headersDoNotMoveMasks(claim: Claim) throws {
        try withTemporaryDirectory { folder in
            var clip = [UInt8](try Data(contentsOf: URL(filePath: Fixtures.path("video/mpeg4_wide_pixels.avi"))))
            for (mark, offset) in [("avih", 24), ("strh", 40)] {
                let place = try #require(clip.indices.dropLast(4).first { clip[$0..<$0 + 4].elementsEqual(mark.utf8) })
                try #require(clip[place + offset] == 12)
                clip[place + offset] = claim.frames
            }
            let path = folder.appending(path: "clip.avi").path
            try Data(clip).write(to: URL(filePath: path))
            let masks = folder.appending(path: "masks").path
            try FileManager.default.createDirectory(atPath: masks, withIntermediateDirectories: false)
            let image = LabelImage(width: mask.width, height: mask.height, values: mask.pixels.map(UInt16.init))
            for number in claim.numbers {
                let file = masks + "/\(number).png"
                try Data(LabelPNGEncoder.png(image, path: file)).write(to: URL(filePath: file))
            }
            let video = try VideoClip(path: path)
            let source = try ClipMasks.open(masks, settings: MaskSettings(), clip: video, name: "clip")
            #expect(video.frameCount == nil && video.info.declaredFrames == Int(claim.frames) && video.knownFrameCount == 12)
            #expect(source.annotatedFrames == claim.expected)
            try source.validate(width: 64, height: 48, frameCount: 12)
        }
    }

    /// What is known of masks stays known when they are turned.
    @Test func turnedMasksSayWhatTheirsSay() throws {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "boxes.json").path
            let text = #"""
                {"images":[{"id":1,"width":64,"height":48,"file_name":"3.jpg"},{"id":2,"width":64,"height":48,"file_name":"40.jpg"}],
                "annotations":[{"id":1,"track_id":1,"image_id":1,"bbox":[1,1,5,5]},{"id":2,"track_id":2,"image_id":2,"bbox":[1,1,5,5]}]}
                """#
            try Data(text.utf8).write(to: URL(filePath: path))
            let clip = try VideoClip(path: Fixtures.path("video/rotated90.mp4"))
            let turned = try ClipMasks.open(path, settings: MaskSettings(), clip: clip, name: "clip")
            let plain = try MaskSources.open(path, clip: ClipFacts(frameCount: 16))
            #expect(turned.size == PictureSize(width: 48, height: 64) && plain.numberingHelp.contains("--mask-frame-step"))
            #expect(turned.numberingHelp == plain.numberingHelp && turned.isPlaced == plain.isPlaced)
            #expect(turned.ownFrames(of: .number(2)) == [40])
            #expect(turned.annotatedFrames(of: .number(2)) == plain.annotatedFrames(of: .number(2)))
            #expect(turned.isGiven(.number(2), at: 40) && turned.format == .coco)
            let error = #expect(throws: MaskError.self) { try turned.validate(width: 48, height: 64, frameCount: 16) }
            #expect(error?.description.contains("--mask-frame-step") == true)
        }
    }
}

/// Masks whose files are gone.
private struct DecodedMasks: MaskSource {
    let source: any MaskSource
    let mask: Mask
    var path: String { source.path }
    var size: PictureSize { source.size }
    var annotatedFrames: [Int] { source.annotatedFrames }
    var tracks: [Track] { source.tracks }
    var problems: [MaskProblem] { source.problems }

    init(_ source: any MaskSource, _ mask: Mask) { (self.source, self.mask) = (source, mask) }

    func file(of frame: Int) -> String { source.file(of: frame) }

    func mask(of track: TrackID, at frame: Int) throws -> Mask { mask }
}
