import Foundation
import TestSupport
import Testing
import Media

/// If these fail, `--start` and `--duration` select or number the wrong frames, or a piped clip is not read.
@Suite struct ClipPartTests {
    private func numbers(_ frames: ClipFrames) throws -> [Int] {
        var found: [Int] = []
        while let frame = try frames.next() { found.append(frame.index) }
        return found
    }

    /// Numbers and times are those of the whole clip.
    @Test(arguments: ClipExpectation.all)
    func partOfAClip(clip: ClipExpectation) throws {
        let source = try VideoClip(path: clip.path, seekDistance: 0)
        let parts: [(Double, Double?)] = [(0, nil), (0.3, 0.4), (0.55, nil), (0, 0.2), (0.4, 0.0001), (100, nil), (0.25, 0.01)]
        for (start, duration) in parts {
            let span = try #require(TimeSpan(start: start, duration: duration))
            let inside = clip.times.indices.filter { number in
                clip.times[number] > start - 1e-5 && clip.times[number] < start + (duration ?? 1000) - 1e-5
            }
            #expect(try numbers(source.frames(in: span)) == inside)
            #expect(try numbers(source.frames([2, 5, 6], in: span)) == inside.filter([2, 5, 6].contains))
            if source.frameCount != nil { #expect(try Array(#require(source.frameNumbers(in: span))) == inside) }
        }
    }

    @Test func partOfASeries() throws {
        try withTemporaryDirectory { folder in
            for number in 1...10 {
                try Data(bytes(of: "video/stills/rgb.png")).write(to: folder.appending(path: "\(number).png"))
            }
            let source = try VideoClip(path: folder.path, stillRate: 10)
            let span = try #require(TimeSpan(start: 0.3, duration: 0.4))
            #expect(source.frameNumbers(in: span) == 3..<7)
            #expect(try numbers(source.frames(in: span)) == [3, 4, 5, 6])
            #expect(try numbers(source.frames([0, 4, 9], in: span)) == [4])
        }
    }

    @Test(arguments: [(-0.1, nil), (.nan, nil), (.infinity, nil), (0, 0), (0, -1), (0, .infinity), (0, .nan)] as [(Double, Double?)])
    func impossibleParts(start: Double, duration: Double?) {
        #expect(TimeSpan(start: start, duration: duration) == nil)
    }

    /// A pipe gives the same as the file, as far as it can be read sequentially.
    @Test(arguments: ["sound.ts", "groups.mkv", "h264_bframes.mp4", "mjpeg.avi", "raw.h264"])
    func throughAPipe(name: String) throws {
        let content = try bytes(of: "video/\(name)")
        var expected: [VideoFrame] = []
        let decoder = try VideoDecoder(path: Fixtures.path("video/\(name)"))
        while let frame = try decoder.next() { expected.append(frame) }
        try withPipe(content) { descriptor in
            let clip = try VideoClip(descriptor: descriptor)
            #expect(clip.frameCount == nil)
            #expect(clip.sequentialReason == "it can be read only once")
            let frames = try clip.frames([0, 3, 8])
            for number in [0, 3, 8] {
                let frame = try #require(try frames.next())
                #expect(frame.index == number && abs(frame.time - expected[number].time) < 1e-9)
                #expect(try frame.image() == expected[number].image())
            }
            #expect(try frames.next() == nil)
            #expect(frames.frameCount == expected.count)
            #expect(frames.damage == nil)
            let error = #expect(throws: VideoError.self) { try clip.frames() }
            #expect(error == .readFailed(path: "file descriptor \(descriptor)", reason: "it can be read only once"))
        }
    }

    /// Nothing, no video, or a video whose index comes last: an error, never a hang.
    @Test(arguments: ["", "text", "groups.mp4"])
    func unusablePipe(kind: String) throws {
        let content = switch kind {
        case "": [UInt8]()
        case "text": Array(String(repeating: "This is not a video.\n", count: 500).utf8)
        default: try withIndexFarBehind(bytes(of: "video/\(kind)"))
        }
        try withPipe(content) { descriptor in
            let error = #expect(throws: VideoError.self) { try VideoClip(descriptor: descriptor) }
            #expect(error?.category == .invalid)
            #expect(error?.description.hasPrefix("file descriptor \(descriptor): ") == true)
            if kind == "groups.mp4" { #expect(error?.description.contains("index") == true, "\(error?.description ?? "")") }
        }
    }

    /// An MP4 with so much padding between media data and index that FFmpeg cannot seek back in its buffer.
    private func withIndexFarBehind(_ mp4: [UInt8]) throws -> [UInt8] {
        let index = try #require(firstRange(of: "moov", in: mp4)).lowerBound - 4
        let length = 1 << 20
        let header = [UInt8(length >> 24), UInt8(length >> 16), 0, 0] + Array("free".utf8)
        return mp4[..<index] + header + [UInt8](repeating: 0, count: length - 8) + mp4[index...]
    }

    /// Runs `body` with the reading end of a pipe to which another thread writes `content`.
    private func withPipe(_ content: [UInt8], _ body: (Int32) throws -> Void) throws {
        let pipe = Pipe()
        let writer = Thread { [handle = pipe.fileHandleForWriting] in
            try? handle.write(contentsOf: Data(content))
            try? handle.close()
        }
        signal(SIGPIPE, SIG_IGN)
        writer.start()
        try body(pipe.fileHandleForReading.fileDescriptor)
    }
}
