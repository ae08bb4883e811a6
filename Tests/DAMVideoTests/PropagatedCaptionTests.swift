import DAMVideo
import Foundation
import Imaging
import TestSupport
import Testing

/// If these fail, clips with few masks are captioned from too few frames, or those with many from propagated masks.
struct PropagatedCaptionTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.path("goldens/dam-a/model")) }
    private let clip = Fixtures.sample("courtyard/clip.mp4")

    private func caption(masks: URL, _ change: (inout ClipOptions) -> Void = { _ in }) throws -> CaptionDocument {
        var options = ClipOptions(), captioning = CaptionOptions()
        captioning.generation.maxNewTokens = 1
        change(&options)
        return try VideoCaptioner(Self.model.get())
            .caption(clip: clip, masks: masks.path, options: captioning, clipOptions: options)
    }

    /// The sample's masks of some frames.
    private func masks(_ frames: [Int], in folder: URL) throws -> URL {
        for frame in frames {
            let name = String(format: "%05d.png", frame)
            try FileManager.default.copyItem(
                atPath: Fixtures.sample("courtyard/masks/\(name)"), toPath: folder.appending(path: name).path)
        }
        return folder
    }

    @Test func masksOfOneFrameAreEnough() throws {
        try withTemporaryDirectory { folder in
            let masks = try masks([30], in: folder)
            let document = try caption(masks: masks) { $0.includesMasks = true }
            #expect(document.tracks.count == 5)
            let track = try #require(document.tracks.first)
            #expect(track.firstFrame == 0 && track.lastFrame == 59 && track.visibleFrames == 60)
            #expect(track.sampled.allSatisfy { $0.mask == "propagated" && $0.segmentation?.height == 576 && $0.segmentation?.width == 768 })
            // The stored mask is the one that was used.
            let last = track.sampled[7]
            let counts = last.segmentation?.counts ?? []
            #expect(try RunLengthEncoding(width: 768, height: 576, counts: counts).area == last.area)

            let given = try caption(masks: masks) { $0.propagates = false }
            #expect(given.tracks.allSatisfy { $0.visibleFrames == 1 && $0.sampled.allSatisfy { $0.frame == 30 && $0.mask == "given" } })
            let part = try caption(masks: masks) { ($0.part.start, $0.part.duration, $0.tracks) = (4, 1, [.number(1)]) }
            #expect(part.tracks[0].sampled.map(\.frame) == [40, 41, 42, 43, 45, 46, 47, 49])
        }
    }

    @Test func masksOnEveryFourthFrameSuffice() throws {
        try withTemporaryDirectory { folder in
            let masks = try masks(Array(stride(from: 0, to: 60, by: 4)), in: folder)
            let document = try caption(masks: masks)
            #expect(document.tracks.allSatisfy { $0.sampled.allSatisfy { $0.mask == "given" && $0.frame % 4 == 0 } })
            // The whole clip is also sampled at 8, 25, 33 ...
            let whole = try caption(masks: masks) { ($0.sampling, $0.tracks) = (.clip, [.number(1)]) }
            #expect(whole.tracks[0].sampled.map(\.mask) == [
                "given", "given", "given", "propagated", "propagated", "propagated", "propagated", "propagated",
            ])
        }
    }

    /// Objects with separate files: one annotated on a single frame, one on all.
    @Test func eachTrackIsDecidedSeparately() throws {
        try withTemporaryDirectory { folder in
            for (object, frames) in [("1", [30]), ("2", Array(0..<60))] {
                let inner = folder.appending(path: object)
                try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: false)
                for frame in frames {
                    let source = Fixtures.sample("courtyard/masks/" + String(format: "%05d.png", frame))
                    try FileManager.default.copyItem(atPath: source, toPath: inner.appending(path: "\(frame).png").path)
                }
            }
            let document = try caption(masks: folder) { $0.masks.format = .objectPNG }
            #expect(document.tracks.map { Set($0.sampled.map(\.mask)) } == [["propagated"], ["given"]])
        }
    }
}
