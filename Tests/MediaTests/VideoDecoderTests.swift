import Imaging
import TestSupport
import Testing
import Media

/// If these fail, masks lie on the wrong frames or captions describe the wrong colours.
@Suite struct VideoDecoderTests {
    /// Frame K equals that of `ffmpeg -vf select=eq(n\,K)`: same number, same pixels, same orientation.
    @Test(arguments: ClipExpectation.all)
    func framesEqualFFmpeg(clip: ClipExpectation) throws {
        let strip = try ImageDecoder.rgb(path: clip.picturesPath)
        try #require(strip.width == clip.width && strip.height == clip.height * clip.frames)
        let decoder = try VideoDecoder(path: clip.path)
        var count = 0
        while let frame = try decoder.next() {
            try #require(count < clip.frames)
            #expect(frame.index == count)
            let box = BoundingBox(left: 0, top: count * clip.height, width: clip.width, height: clip.height)
            let expected = strip.cropped(to: box)
            let image = try frame.image()
            try #require(image.width == clip.width && image.height == clip.height)
            // Equal, apart from rounding in other FFmpeg versions and processors. ffmpeg rotates before it upsamples chroma, this
            // decoder after, which changes edges slightly more.
            let tolerance = clip.isTurned ? 8 : 2
            let largest = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
            #expect(largest <= tolerance, "frame \(count)")
            count += 1
        }
        #expect(count == clip.frames)
        #expect(decoder.damage == nil)
    }

    @Test(arguments: ClipExpectation.all)
    func timesAndInfoEqualFFprobe(clip: ClipExpectation) throws {
        let decoder = try VideoDecoder(path: clip.path)
        #expect(decoder.info.width == clip.width)
        #expect(decoder.info.height == clip.height)
        #expect(abs(decoder.info.frameRate - clip.frameRate) < 1e-9)
        #expect(decoder.info.declaredFrames == clip.declaredFrames)
        var found: [Double] = []
        while let frame = try decoder.next() { found.append(frame.time) }
        try #require(found.count == clip.times.count)
        for (time, expected) in zip(found, clip.times) { #expect(abs(time - expected) < 1e-4) }
    }

    /// Fields stay woven, as in ffmpeg, and the clip reports it.
    @Test(arguments: ClipExpectation.all)
    func interlacedClipsAreReported(clip: ClipExpectation) throws {
        #expect(try VideoDecoder(path: clip.path).info.isInterlaced == clip.clip.hasPrefix("interlaced"))
    }

    @Test func durationIsInSeconds() throws {
        let decoder = try VideoDecoder(path: Courtyard.clip)
        #expect(decoder.info == decoder.info)
        #expect(decoder.info.duration == 6)
        #expect(decoder.info.declaredFrames == 60)
        #expect(try VideoDecoder(path: Fixtures.path("video/raw.h264")).info.duration == nil)
    }

    /// Frames stay valid after the decoder has continued or was released.
    @Test func framesOutliveTheDecoder() throws {
        let path = Fixtures.path("video/h264_bframes.mp4")
        var kept: [VideoFrame] = []
        do {
            let decoder = try VideoDecoder(path: path)
            while let frame = try decoder.next() { kept.append(frame) }
            #expect(try decoder.next() == nil)
        }
        let again = try VideoDecoder(path: path)
        for frame in kept { #expect(try again.next()?.image() == frame.image()) }
    }

    @Test func sizeChangeIsAnErrorWithBothSizes() throws {
        let decoder = try VideoDecoder(path: Fixtures.path("video/size_changes.h264"))
        let first = PictureSize(width: 64, height: 48), now = PictureSize(width: 80, height: 64)
        for _ in 0..<5 { #expect(try decoder.next()?.size == first) }
        let error = #expect(throws: VideoError.self) { try decoder.next() }
        #expect(error == .sizeChanged(path: decoder.path, frame: 5, first: first, now: now))
        #expect(error?.description.hasSuffix("found a picture of 80x64 at frame 5, expected 64x48 as in the first frame") == true)
    }
}
