import Foundation
import Media
import TestSupport
import Testing

/// FLV files as written by recorders. If these fail, a clip is too long, or half of a recording is lost without a note.
@Suite struct FLVTests {
    private func number(_ value: Int, bytes count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(value >> ($0 * 8) & 0xFF) }
    }

    private func tag(_ kind: UInt8, at milliseconds: Int, _ body: [UInt8]) -> [UInt8] {
        let header = [kind] + number(body.count, bytes: 3) + number(milliseconds, bytes: 3) + [0, 0, 0, 0]
        return header + body + number(header.count + body.count, bytes: 4)
    }

    /// A key frame of Screen video: 16x16 pixels of one grey, in one zlib-compressed block.
    private func picture(_ grey: UInt8) -> [UInt8] {
        let pixels = [UInt8](repeating: grey, count: 16 * 16 * 3)
        var one = 1, other = 0
        for pixel in pixels { (one, other) = ((one + Int(pixel)) % 65521, (other + one + Int(pixel)) % 65521) }
        let sum = number(other << 16 | one, bytes: 4)
        let stored = [0x78, 0x01, 0x01] + number(pixels.count, bytes: 2).reversed() + number(~pixels.count & 0xFFFF, bytes: 2).reversed()
        let block = stored + pixels + sum
        return [0x13, 0, 16, 0, 16] + number(block.count, bytes: 2) + block
    }

    /// 10 frames per second.
    private func flv(frames: Int, from start: Int, duration: Double) -> Data {
        let text = { (name: String) in number(name.utf8.count, bytes: 2) + Array(name.utf8) }
        let metadata = [2] + text("onMetaData") + [8, 0, 0, 0, 1] + text("duration") + [0]
            + number(Int(duration.bitPattern), bytes: 8) + [0, 0, 9]
        var bytes = Array("FLV".utf8) + [1, 1, 0, 0, 0, 9, 0, 0, 0, 0] + tag(18, at: 0, metadata)
        for frame in 0..<frames { bytes += tag(9, at: start + frame * 100, picture(UInt8(frame * 5))) }
        return Data(bytes)
    }

    private func read(_ data: Data) throws -> (times: [Double], duration: Double, damage: String?) {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "a.flv")
            try data.write(to: file)
            let clip = try VideoClip(path: file.path), frames = try clip.frames()
            var times: [Double] = []
            while let frame = try frames.next() { times.append(frame.time) }
            return (times, clip.duration(upTo: try #require(times.last), isLast: true), frames.damage)
        }
    }

    @Test func aLateStartIsNotPartOfTheDuration() throws {
        let found = try read(flv(frames: 40, from: 200, duration: 4.2))
        #expect(found.times.count == 40 && found.times.first == 0 && found.times.last == 3.9 && found.damage == nil)
        #expect(abs(found.duration - 4) < 1e-9)
        #expect(abs(try read(flv(frames: 40, from: 0, duration: 4)).duration - 4) < 1e-9)
    }

    @Test func appendedRecordingsAreReported() throws {
        let one = flv(frames: 12, from: 0, duration: 1.2), other = flv(frames: 6, from: 0, duration: 0.6)
        let found = try read(one + other)
        #expect(found.times.count == 12)
        #expect(found.damage?.contains("\(other.count) bytes of another recording follow the end and are not read") == true, "\(found)")
    }
}
