import Foundation
import Media
import TestSupport
import Testing

/// If these fail, captions of joined or unusually stored recordings have wrong times, or `--start` selects other frames.
@Suite struct ClipClockTests {
    /// Fixtures concatenated as by `cat`.
    private func withJoined<Result>(_ names: [String], _ body: (String) throws -> Result) throws -> Result {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "joined." + (names[0].split(separator: ".").last ?? "ts")).path
            try Data(names.flatMap { try bytes(of: "video/\($0)") }).write(to: URL(filePath: path))
            return try body(path)
        }
    }

    private func times(_ frames: ClipFrames) throws -> [Int: Double] {
        var times: [Int: Double] = [:]
        while let frame = try frames.next() { times[frame.index] = frame.time }
        return times
    }

    private func isNear(_ found: Double, _ expected: Double) -> Bool { abs(found - expected) < 0.0011 }

    /// The clock restarts, jumps ahead, and seems to wrap because it goes back from far ahead.
    @Test(arguments: [
        ["groups.ts", "groups.ts"], ["groups.ts", "clocks_later.ts"], ["clocks_later.ts", "groups.ts"],
        ["clocks_wrap.ts", "clocks_wrap.ts"], ["groups.ts", "groups.ts", "clocks_later.ts", "groups.ts"],
    ])
    func timesOfJoinedStreamsContinue(names: [String]) throws {
        try withJoined(names) { path in
            let clip = try VideoClip(path: path, seekDistance: 0), count = 18 * names.count
            let decoder = try VideoDecoder(path: path)
            var decoded: [Double] = []
            while let frame = try decoder.next() { decoded.append(frame.time) }
            #expect(decoded.count == count && decoder.damage == nil && decoder.info.frameRate == 10)
            for (number, time) in decoded.enumerated() { #expect(isNear(time, Double(number) / 10), "frame \(number) at \(time)") }
            let mending = try #require(decoder.mending)
            #expect(mending.hasPrefix("its clock starts again or jumps at frame 18"))
            #expect(mending.contains("and \(names.count - 2) more times") == (names.count > 3))
            // Without decoding, and in parts.
            #expect(clip.frameCount == count && clip.mending == mending, "\(clip.sequentialReason ?? "")")
            #expect((0..<count).allSatisfy { clip.time(ofFrame: $0) == decoded[$0] })
            #expect(clip.duration(upTo: decoded[count - 1], isLast: true) == Double(count) / 10)
            let span = try #require(TimeSpan(start: 2, duration: 1))
            #expect(clip.frameNumbers(in: span) == 20..<30)
            let part = try times(clip.frames(in: span))
            #expect(part == Dictionary(uniqueKeysWithValues: (20..<30).map { ($0, decoded[$0]) }))
            #expect(try times(clip.frames([3, 17, 18, 35])).keys.sorted() == [3, 17, 18, 35])
        }
    }

    /// Other clips keep their times, without a note.
    @Test(arguments: ClipExpectation.all) func otherClipsKeepTheirTimes(clip: ClipExpectation) throws {
        let decoder = try VideoDecoder(path: clip.path)
        while try decoder.next() != nil {}
        #expect(decoder.mending == nil)
        let source = try VideoClip(path: clip.path), last = try #require(clip.times.last)
        _ = source.frameCount
        #expect(source.mending == nil)
        let duration = source.duration(upTo: last, isLast: true)
        #expect(duration > last && duration < last + 1.01)
    }

    /// H.264 with B-frames in AVI: only decoding times, and a header that counts slots, half of them empty.
    @Test func aviCountsSlots() throws {
        let path = Fixtures.path("video/clocks_bframes.avi"), clip = try VideoClip(path: path)
        #expect(clip.info.frameRate == 10 && clip.info.declaredFrames == 18)
        let frames = try clip.frames()
        let found = try times(frames)
        #expect(found.count == 18 && frames.damage == nil)
        for (number, time) in found { #expect(isNear(time, Double(number) / 10)) }
        #expect(isNear(clip.duration(upTo: 1.7, isLast: true), 1.8))
        // The same file, truncated, reports it.
        try withTemporaryDirectory { folder in
            let cut = folder.appending(path: "cut.avi")
            try Data(try bytes(of: "video/clocks_bframes.avi").prefix(9500)).write(to: cut)
            let frames = try VideoClip(path: cut.path).frames()
            let count = try times(frames).count
            let damage = try #require(frames.damage)
            #expect((2..<18).contains(count) && damage.contains("of the 18 frames it declares"), "\(damage)")
        }
    }

    @Test func durationsAreThoseOfTheVideo() throws {
        for (name, last, duration) in [("clocks_wall.mkv", 1.7, 1.8), ("clocks_sound.mkv", 1.732, 1.832), ("clocks_sound.mp4", 1.7, 1.8)] {
            let clip = try VideoClip(path: Fixtures.path("video/\(name)"))
            let found = try times(clip.frames())
            #expect(isNear(try #require(found[17]), last) && clip.mending == nil)
            #expect(isNear(clip.duration(upTo: last, isLast: true), duration), "\(name)")
        }
        // Part of a clip whose end is unknown.
        let clip = try VideoClip(path: Fixtures.path("video/clocks_wall.mkv"))
        #expect(isNear(clip.duration(upTo: 0.5, isLast: false), 1.8))
    }

    /// Frames with the same time are spread evenly up to the next.
    @Test func duplicateTimesAreSpread() throws {
        let clip = try VideoClip(path: Fixtures.path("video/clocks_pairs.mkv"))
        let found = try times(clip.frames())
        #expect(found.count == 12)
        for (number, time) in found { #expect(isNear(time, Double(number) / 10), "frame \(number) at \(time)") }
        #expect(clip.mending == "6 frames have times not later than the frame before: spread evenly up to the next")
        let span = try #require(TimeSpan(start: 0.3, duration: 0.4))
        #expect(try times(clip.frames(in: span)).keys.sorted() == [3, 4, 5, 6])
    }

    /// If the header of a later fragment is truncated, the fragments before it are read.
    @Test func fragmentsBeforeATruncationAreRead() throws {
        let whole = try bytes(of: "video/fragments.mp4")
        let fragments = whole.indices.dropLast(4).filter { whole[$0..<$0 + 4].elementsEqual("moof".utf8) }
        try #require(fragments.count == 4)
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "clip.mp4")
            for cut in [3, 7, 9, 30, 36, 60, 100] {
                try Data(whole.prefix(fragments[2] - 4 + cut)).write(to: file)
                let decoder = try VideoDecoder(path: file.path)
                var count = 0
                while try decoder.next() != nil { count += 1 }
                #expect(count == 10, "cut \(cut)")
                #expect(decoder.damage?.contains("bytes early") == true, "cut \(cut)")
            }
            // Within the file's own header nothing can be read.
            try Data(whole.prefix(300)).write(to: file)
            let error = #expect(throws: VideoError.self) { try VideoDecoder(path: file.path) }
            #expect(error?.description.contains("bytes early") == true, "\(error?.description ?? "")")
        }
    }
}
