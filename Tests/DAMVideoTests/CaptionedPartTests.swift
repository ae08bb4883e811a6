import DAMVideo
import Foundation
import Imaging
import Media
import TestSupport
import Testing

/// If these fail, a part of a clip, or a clip as stills, is captioned from other frames than the clip.
struct CaptionedPartTests {
    private static let model = Result { try CaptionModel(directory: Fixtures.path("goldens/dam-a/model")) }

    private func caption(
        clip: String = Fixtures.sample("courtyard/clip.mp4"), _ options: ClipOptions
    ) throws -> CaptionDocument {
        var captioning = CaptionOptions()
        captioning.generation.maxNewTokens = 4
        return try VideoCaptioner(Self.model.get())
            .caption(clip: clip, masks: Fixtures.sample("courtyard/masks"), options: captioning, clipOptions: options)
    }

    @Test(arguments: [FrameSampling.track, .clip])
    func framesOutsideAreLeftOut(sampling: FrameSampling) throws {
        var options = ClipOptions()
        options.tracks = [.number(1)]
        options.sampling = sampling
        options.frames = 5
        options.part.start = 2
        options.part.duration = 1.7
        var decoded: [Int] = []
        let document = try VideoCaptioner(Self.model.get()).caption(
            clip: Fixtures.sample("courtyard/clip.mp4"), masks: Fixtures.sample("courtyard/masks"), clipOptions: options
        ) { if case .progress(.decoding, let frame, _) = $0 { decoded.append(frame) } }
        let track = try #require(document.tracks.first)
        #expect(document.video.frames == 60 && document.video.duration == 6)
        #expect(track.firstFrame == 20 && track.lastFrame == 36 && track.visibleFrames == 17)
        #expect(track.sampled.map(\.frame) == [20, 24, 28, 32, 36])
        #expect(abs(track.start - 2) < 1e-9 && abs(track.end - 3.6) < 1e-9)
        #expect(decoded == [20, 24, 28, 32, 36])
    }

    @Test func stillsEqualTheClip() throws {
        try withTemporaryDirectory { folder in
            let decoder = try VideoDecoder(path: Fixtures.sample("courtyard/clip.mp4"))
            while let frame = try decoder.next() {
                let image = try frame.image()
                let still = folder.appending(path: "\(frame.index).ppm")
                try Data("P6\n\(image.width) \(image.height)\n255\n".utf8 + image.pixels).write(to: still)
            }
            var options = ClipOptions()
            options.tracks = [.number(3)]
            options.part.stillRate = 10
            let clip = try caption(options), stills = try caption(clip: folder.path, options)
            #expect(stills.video.frames == 60 && stills.video.duration == 6)
            #expect(stills.tracks.map(\.caption) == clip.tracks.map(\.caption))
            #expect(stills.tracks.map(\.sampled) == clip.tracks.map(\.sampled))
        }
    }

    @Test(arguments: [(-1, nil), (0, 0), (.nan, 1)] as [(Double, Double?)])
    func impossiblePart(start: Double, duration: Double?) {
        var options = ClipOptions()
        options.part.start = start
        options.part.duration = duration
        let error = #expect(throws: InputError.self) { try caption(options) }
        #expect(error?.category == .usage)
    }

    @Test func partAfterTheEnd() {
        var options = ClipOptions()
        options.part.start = 9
        let error = #expect(throws: InputError.self) { try caption(options) }
        #expect(error?.category == .invalid)
        #expect(error?.description.hasSuffix("found no frame from 9.0 s on, expected a part of the clip") == true)
    }
}
