import Foundation
import TestSupport
import Testing
import Media

/// If these fail, a truncated or damaged clip yields nothing, or passes for an intact one.
@Suite struct DamagedClipTests {
    /// Decodes a modified copy of a fixture.
    private func decode(_ name: String, changed: (inout [UInt8]) throws -> Void) throws -> (frames: [VideoFrame], damage: String?) {
        try withTemporaryDirectory { folder in
            var content = try bytes(of: "video/\(name)")
            try changed(&content)
            let file = folder.appending(path: name)
            try Data(content).write(to: file)
            let decoder = try VideoDecoder(path: file.path)
            var frames: [VideoFrame] = []
            #expect(decoder.damage == nil)
            while let frame = try decoder.next() { frames.append(frame) }
            return (frames, decoder.damage)
        }
    }

    /// Truncated at several sizes, in containers with the index in front, at the end (so lost) and without one.
    @Test(arguments: [("h264_bframes.mp4", 3800), ("mjpeg.avi", 15000), ("mpeg4_wide_pixels.avi", 7800), ("ffv1_grey.mkv", 3500)])
    func truncated(name: String, length: Int) throws {
        let whole = try decode(name) { _ in }
        #expect(whole.damage == nil)
        let cut = try decode(name) { $0.removeLast($0.count - length) }
        try #require((2..<whole.frames.count).contains(cut.frames.count))
        let damage = try #require(cut.damage)
        #expect(damage.hasSuffix("; \(cut.frames.count) frames decoded"), "\(damage)")
        // Frames before the truncation are unchanged.
        #expect(try cut.frames[0].image() == whole.frames[0].image())
        #expect(cut.frames[1].time == whole.frames[1].time)
    }

    /// Wrong bytes in the middle of the media data: the frames around them are decoded.
    @Test(arguments: [("h264_bframes.mp4", 4100), ("mpeg4_wide_pixels.avi", 7500), ("ffv1_grey.mkv", 3500), ("hevc10_bt709.mkv", 3400)])
    func wrongBytes(name: String, place: Int) throws {
        let whole = try decode(name) { _ in }
        let wrong = try decode(name) { content in
            var random = SeededRandom(state: 3)
            for offset in place..<place + 80 { content[offset] = UInt8.random(in: 0...255, using: &random) }
        }
        #expect(wrong.frames.count >= whole.frames.count - 1)
    }

    /// One packet is invalid: its frame is skipped and reported. (The four bytes are the length of the data of frame 9.)
    @Test func packetThatCannotBeDecoded() throws {
        let wrong = try decode("h264_bframes.mp4") { content in
            for offset in 3232..<3236 { content[offset] = 0xFF }
        }
        #expect(wrong.frames.count == 15)
        #expect(wrong.damage == "1 decoder error (Invalid data found when processing input); 15 frames decoded")
    }
}
