import DAMVideo
import DescribeAnything
import Foundation
import Imaging
import Media
import TestSupport
import Testing

/// If these fail, `evaluate scenes --without` removes another part of the model than it says, and its scores mean nothing.
struct AblatedCaptionTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.model(.damA)) }
    private static let width = 200, height = 150

    private static let options: CaptionOptions = {
        var options = CaptionOptions()
        (options.generation.temperature, options.generation.maxNewTokens) = (1, 40)
        return options
    }()

    /// Describes a picture whose object lies in x 80..<120, y 60..<90, where `mask` is set.
    private func describe(
        without part: Ablation?, mask: (Int, Int) -> Bool = { _, _ in true }, pixel: (Int, Int) -> UInt8
    ) throws -> String {
        let places = (0..<Self.height).flatMap { y in (0..<Self.width).map { (x: $0, y: y) } }
        let size = "\(Self.width) \(Self.height)\n255\n"
        let model = try Self.model.get()
        return try withTemporaryDirectory { folder in
            let picture = folder.appending(path: "picture.ppm"), region = folder.appending(path: "mask.pgm")
            try Data("P6\n\(size)".utf8 + places.flatMap { [pixel($0.x, $0.y), 90, UInt8($0.x)] }).write(to: picture)
            let marked = places.map { place -> UInt8 in
                (80..<120).contains(place.x) && (60..<90).contains(place.y) && mask(place.x, place.y) ? 255 : 0
            }
            try Data("P5\n\(size)".utf8 + marked).write(to: region)
            return try ImageDescriber(part.map(model.without) ?? model)
                .describe(image: picture.path, mask: region.path, options: Self.options)
        }
    }

    private func pattern(_ x: Int, _ y: Int) -> UInt8 { UInt8((x * 7 + y * 13) % 251) }

    /// The crop is three times 48 pixels wide, the minimum for a small object, x 28..<172; everything farther away is context.
    @Test func withoutContextNothingFarFromTheObjectMatters() throws {
        func elsewhereBlack(_ x: Int, _ y: Int) -> UInt8 { (28..<172).contains(x) ? pattern(x, y) : 0 }
        #expect(try describe(without: .context, pixel: pattern) == describe(without: .context, pixel: elsewhereBlack))
        #expect(try describe(without: nil, pixel: pattern) != describe(without: nil, pixel: elsewhereBlack))
    }

    @Test func withoutMasksOnlyTheBoxMatters() throws {
        // The box's diagonals: the same box with few of its pixels.
        func cross(_ x: Int, _ y: Int) -> Bool {
            let across = (x - 80) * 29 / 39, down = y - 60
            return across == down || across == 29 - down
        }
        #expect(try describe(without: .mask, pixel: pattern) == describe(without: .mask, mask: cross, pixel: pattern))
        #expect(try describe(without: nil, pixel: pattern) != describe(without: nil, mask: cross, pixel: pattern))
    }

    /// The same captions as for a still clip that repeats the middle sampled frame.
    @Test func withoutMotionTheClipIsStill() throws {
        var track = ClipOptions()
        track.tracks = [.number(1)]
        func caption(_ clip: String, _ masks: String, without part: Ablation?) throws -> [String] {
            let model = try Self.model.get()
            return try VideoCaptioner(part.map(model.without) ?? model)
                .caption(clip: clip, masks: masks, options: Self.options, clipOptions: track).tracks.map(\.caption)
        }
        // Of 60 frames 0, 8, 16, 25, 33, 42, 50 and 59 are sampled.
        let frames = try VideoClip(path: Courtyard.clip).frames(33..<34)
        let middle = try #require(try frames.next()).image()
        try withTemporaryDirectory { folder in
            let clip = folder.appending(path: "clip"), masks = folder.appending(path: "masks")
            for folder in [clip, masks] { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false) }
            for number in 0..<8 {
                try Data("P6\n\(middle.width) \(middle.height)\n255\n".utf8 + middle.pixels)
                    .write(to: clip.appending(path: "\(number).ppm"))
                try FileManager.default.copyItem(
                    atPath: Courtyard.mask(frame: 33), toPath: masks.appending(path: "\(number).png").path)
            }
            let still = try caption(clip.path, masks.path, without: nil)
            #expect(try caption(Courtyard.clip, Courtyard.masks, without: .motion) == still && still.count == 1)
            #expect(try caption(Courtyard.clip, Courtyard.masks, without: nil) != still)
        }
    }
}
