import Foundation
import TestSupport
import Testing
import Media

/// Thousands of damaged files, equal in every run: each is read or refused. A crash here would be a crash on a user's half-copied
/// file.
@Suite struct FuzzTests {
    @Test(arguments: ["palette8.png", "palette1.png", "grey2.png", "grey16.png", "palette4_interlaced.png", "grey8_alpha.png"])
    func labelPNGs(name: String) throws {
        let original = try bytes(of: "masks/depths/\(name)")
        var random = SeededRandom(state: 1)
        for _ in 0..<700 {
            let content = mutate(original, &random, repairsChecksums: Bool.random(using: &random))
            do {
                let labels = try ImageDecoder.labels(png: content, path: name)
                #expect(labels.values.count == labels.width * labels.height)
            } catch {
                #expect(error is VideoError)
            }
        }
    }

    @Test(arguments: ["h264_bframes.mp4", "mjpeg.avi", "hevc10_bt709.mkv", "sound.ts"])
    func clips(name: String) throws {
        let original = try bytes(of: "video/\(name)")
        try withTemporaryDirectory { folder in
            var random = SeededRandom(state: 2)
            for number in 0..<60 {
                let file = folder.appending(path: "\(number)-\(name)")
                try Data(mutate(original, &random, repairsChecksums: false)).write(to: file)
                do {
                    let decoder = try VideoDecoder(path: file.path)
                    while let frame = try decoder.next() { _ = try frame.image() }
                } catch {
                    #expect(error is VideoError)
                }
                try FileManager.default.removeItem(at: file)
            }
        }
    }
}

extension FuzzTests {
    /// Index, seeks and frame selection: returned frames were requested, are in order, and have the same size.
    @Test(arguments: ["groups.mp4", "groups.mkv", "groups.ts", "mjpeg.avi", "hevc_open_groups.ts", "vp9.webm"])
    func framesOfClips(name: String) throws {
        let original = try bytes(of: "video/\(name)")
        try withTemporaryDirectory { folder in
            var random = SeededRandom(state: 4)
            for number in 0..<40 {
                let file = folder.appending(path: "\(number)-\(name)")
                try Data(mutate(original, &random, repairsChecksums: false)).write(to: file)
                do {
                    try takeFrames(of: VideoClip(path: file.path, seekDistance: Bool.random(using: &random) ? 0 : nil))
                } catch {
                    #expect(error is VideoError)
                }
                try FileManager.default.removeItem(at: file)
            }
        }
    }

    private func takeFrames(of clip: VideoClip) throws {
        let count = clip.frameCount ?? 20
        for wanted in [[count - 1], [0, count / 3, count / 3 + 1], Array(0..<count)] {
            let frames = try clip.frames(wanted)
            var last = -1
            while let frame = try frames.next() {
                #expect(frame.index > last && wanted.contains(frame.index))
                let image = try frame.image()
                #expect((image.width, image.height) == (clip.info.width, clip.info.height))
                last = frame.index
            }
        }
    }
}

/// One to four of: flipped bits, truncation, a piece copied elsewhere, an overwritten 32-bit number (a length, say).
/// - Parameter repairsChecksums: true to recompute a PNG's checksums, to reach the code after them.
private func mutate(_ original: [UInt8], _ random: inout SeededRandom, repairsChecksums: Bool) -> [UInt8] {
    var content = original
    for _ in 0..<Int.random(in: 1...4, using: &random) where content.count > 8 {
        let place = Int.random(in: 0..<content.count - 4, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            content[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1:
            if Int.random(in: 0..<4, using: &random) == 0 { content.removeLast(content.count - place) }
        case 2:
            let length = Int.random(in: 1...min(64, content.count - place), using: &random)
            content.insert(contentsOf: content[place..<place + length], at: Int.random(in: 0...content.count, using: &random))
        default:
            let numbers: [UInt32] = [
                0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, UInt32(content.count), .random(in: 0...(.max), using: &random),
            ]
            let number = numbers[Int.random(in: 0..<numbers.count, using: &random)]
            for byte in 0..<4 { content[place + byte] = UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * byte)) }
        }
    }
    if repairsChecksums { repairChecksums(&content) }
    return content
}

/// Recomputes the CRC of each chunk of a PNG, as far as chunks can be parsed.
private func repairChecksums(_ png: inout [UInt8]) {
    var offset = 8
    while offset + 12 <= png.count {
        let length = png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        guard offset + 12 + length <= png.count else { return }
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in png[offset + 4..<offset + 8 + length] {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        for byte in 0..<4 { png[offset + 8 + length + byte] = UInt8(truncatingIfNeeded: ~crc >> UInt32(24 - 8 * byte)) }
        offset += 12 + length
    }
}
