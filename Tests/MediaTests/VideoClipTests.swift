import Foundation
import Imaging
import TestSupport
import Testing
import Media

/// If these fail, a caption uses other frames when only some frames of a clip are decoded.
@Suite struct VideoClipTests {
    /// Reason that other clips must be decoded from the start.
    static let sequential = [
        "mpeg4_wide_pixels.avi": "a packet need not be a frame in the codec mpeg4",
        "interlaced_mpeg2.ts": "a packet need not be a frame in the codec mpeg2video",
        "raw.h264": "not all of its frames have a time",
        "joined_late.ts": "it does not begin with a key frame",
        "turned270mirrored.mp4": "its frames say themselves how they are turned",
        "mirrored.mkv": "its frames say themselves how they are turned",
    ]

    /// All frames, decoded sequentially.
    private func allFrames(_ clip: ClipExpectation) throws -> [(image: RGBImage, time: Double)] {
        let decoder = try VideoDecoder(path: clip.path)
        var frames: [(image: RGBImage, time: Double)] = []
        while let frame = try decoder.next() { frames.append((try frame.image(), frame.time)) }
        return frames
    }

    /// Seeking wherever anything can be skipped, and without seeking.
    @Test(arguments: ClipExpectation.all, [0, nil])
    func wantedFramesEqualSequentialDecoding(clip: ClipExpectation, seekDistance: Int?) throws {
        let expected = try allFrames(clip)
        let source = try VideoClip(path: clip.path, seekDistance: seekDistance)
        var random = SeededRandom(state: 5)
        var selections = expected.indices.map { [$0] } + [[0, expected.count - 1, expected.count, 1000], [], Array(expected.indices)]
        for _ in 0..<20 { selections.append(expected.indices.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }) }
        for wanted in selections {
            let frames = try source.frames(wanted)
            for number in wanted where number < expected.count {
                let frame = try #require(try frames.next())
                #expect(frame.index == number)
                #expect(frame.time == expected[number].time)
                #expect(try frame.image() == expected[number].image, "frame \(number) of \(wanted)")
            }
            #expect(try frames.next() == nil)
            #expect(try frames.next() == nil)
            #expect(frames.isSequential == (Self.sequential[clip.clip] != nil))
            #expect(frames.frameCount == expected.count)
            #expect(frames.lastTime == expected.last?.time)
            #expect(frames.damage == nil || clip.clip == "joined_late.ts")
        }
    }

    @Test(arguments: ClipExpectation.all)
    func packetsGiveTheFrameCount(clip: ClipExpectation) throws {
        let source = try VideoClip(path: clip.path)
        #expect(source.sequentialReason == Self.sequential[clip.clip])
        guard Self.sequential[clip.clip] == nil else {
            #expect(source.frameCount == nil)
            #expect(source.time(ofFrame: 0) == nil)
            return
        }
        #expect(source.frameCount == clip.frames)
        for (number, time) in clip.times.enumerated() {
            #expect(try abs(#require(source.time(ofFrame: number)) - time) < 1e-4)
        }
        #expect(source.time(ofFrame: clip.frames) == nil)
        #expect(source.time(ofFrame: -1) == nil)
    }

    /// A part with another size is an error only when it is read.
    @Test func sizeChangesBetweenKeyFrames() throws {
        let first = PictureSize(width: 64, height: 48), now = PictureSize(width: 80, height: 64)
        let clip = try VideoClip(path: Fixtures.path("video/size_changes.ts"), seekDistance: 0)
        #expect(clip.frameCount == 10 && clip.sequentialReason == nil)
        #expect(try clip.frames([1, 4]).next()?.size == first)
        for wanted in [[7], Array(0..<10)] {
            let frames = try clip.frames(wanted)
            let number = wanted.first { $0 >= 5 } ?? 0
            for _ in 0..<(wanted.firstIndex(of: number) ?? 0) { #expect(try frames.next()?.size == first) }
            let error = #expect(throws: VideoError.self) { try frames.next() }
            #expect(error == .sizeChanged(path: clip.path, frame: number, first: first, now: now))
        }
    }

    /// A file whose damage shows only in decoding: it is reported, and the frames before it are right.
    @Test func damageFoundByDecoding() throws {
        let original = try bytes(of: "video/groups.mkv")
        try withTemporaryDirectory { folder in
            let path = folder.path + "/clip.mkv"
            // The length of the picture in the last group's key frame.
            let place = try #require(Data(original).range(of: Data([0x65, 0x88]), options: .backwards)).lowerBound
            var content = original
            for offset in place - 4..<place { content[offset] = 0x7F }
            try Data(content).write(to: URL(filePath: path))
            let clip = try VideoClip(path: path, seekDistance: 0)
            let frames = try clip.frames([2, 8, 17])
            let whole = try VideoClip(path: Fixtures.path("video/groups.mkv")).frames([2, 8])
            while let frame = try whole.next() { #expect(try frames.next()?.image() == frame.image()) }
            while let frame = try frames.next() { #expect(frame.index == 17) }
            #expect(frames.damage != nil)
            #expect(frames.isSequential)
        }
    }
}
