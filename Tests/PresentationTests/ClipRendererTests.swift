import DAMVideo
import Foundation
import Imaging
import Media
import Presentation
import TestSupport
import Testing

/// A rendered clip, decoded again: if these fail, its outlines are not where the masks are.
struct ClipRendererTests {
    private func render(
        _ courtyard: CourtyardDocument, span: TimeSpan? = nil, to path: String, onFrame: (Int) throws -> Void = { _ in }
    ) throws {
        let clip = try VideoClip(path: CourtyardDocument.clip)
        try ClipRenderer(clip: clip, span: span, masks: courtyard.masks, document: courtyard.document)
            .render(to: path, replaces: false, onFrame: onFrame)
    }

    private func distance(_ image: RGBImage, _ x: Int, _ y: Int, _ colour: [UInt8]) -> Int {
        let start = (y * image.width + x) * 3
        return zip(image.pixels[start..<start + 3], colour).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    @Test func outlinesFollowTheMasksAndTheRestIsTheClip() throws {
        let courtyard = try CourtyardDocument([1: "A man walks.", 2: "Two people stand.", 4: "Somebody leaves."])
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            try render(courtyard, to: path)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.mp4"])
            let original = try VideoClip(path: CourtyardDocument.clip), rendered = try VideoClip(path: path)
            #expect(rendered.frameCount == 60 && rendered.info.frameRate == 10)
            #expect(rendered.info.height == 576 && rendered.info.width > 768 && rendered.info.width % 2 == 0)
            let all = try courtyard.masks.tracks.map(\.id).enumerated().map { ($0, try courtyard.masks.track($1)) }
            for number in [0, 25, 58] {
                let before = try #require(try original.frames([number]).next()), after = try #require(try rendered.frames([number]).next())
                #expect(abs(before.time - after.time) < 1e-4)
                let plain = try before.image(), drawn = try after.image()
                var untouched = [Bool](repeating: true, count: 768 * 576)
                for (position, track) in all where [1, 2, 4].contains(position + 1) {
                    guard track.appearance(at: number) != nil else { continue }
                    let mask = try courtyard.masks.mask(of: track.id, at: number)
                    let outline = try #require(Outline(mask, margin: 40))
                    let colour = TrackPalette.colour(at: position)
                    var line = 0, coloured = 0
                    for row in 0..<outline.box.height {
                        for column in 0..<outline.box.width {
                            let x = outline.box.left + column, y = outline.box.top + row
                            guard (0..<768).contains(x), (0..<576).contains(y) else { continue }
                            untouched[y * 768 + x] = false
                            // The middle of a line slightly more than two pixels wide.
                            guard outline.distances[row * outline.box.width + column] == 3 else { continue }
                            line += 1
                            if distance(drawn, x, y, [colour.red, colour.green, colour.blue]) < 90 { coloured += 1 }
                        }
                    }
                    #expect(line > 50 && Double(coloured) > 0.8 * Double(line), "track \(track.id), frame \(number)")
                }
                var sum = 0, count = 0
                for y in 0..<576 {
                    for x in 0..<768 where untouched[y * 768 + x] {
                        for channel in 0..<3 {
                            sum += abs(
                                Int(plain.pixels[(y * 768 + x) * 3 + channel])
                                    - Int(drawn.pixels[(y * drawn.width + x) * 3 + channel]))
                        }
                        count += 3
                    }
                }
                #expect(count > 768 * 576 && Double(sum) / Double(count) < 6)
            }
        }
    }

    /// Captions are in the panel exactly while their track is visible.
    @Test func captionsAreShownWhileTheirTrackIsSeen() throws {
        let courtyard = try CourtyardDocument([4: "Somebody leaves."])
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            try render(courtyard, to: path)
            let frames = try VideoClip(path: path).frames([50, 59])
            let colour = TrackPalette.colour(at: 3)
            var chips: [Int] = []
            while let frame = try frames.next() {
                let image = try frame.image()
                chips.append((0..<image.height).reduce(0) { count, y in
                    count + (770..<image.width).count { distance(image, $0, y, [colour.red, colour.green, colour.blue]) < 40 }
                })
            }
            #expect(chips.count == 2 && chips[0] > 100 && chips[1] == 0)
        }
    }

    /// Captions of a track with parts: the part's at its time; the whole's elsewhere.
    @Test func partsShowTheirOwnCaptions() throws {
        let long = "WWW WWWWWW WWWWW WWWWWWW WWW"
        let courtyard = try CourtyardDocument([1: long]).withParts(of: 1, [(0...19, "i"), (40...59, "WWWWW WWW")])
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            try render(courtyard, to: path)
            let frames = try VideoClip(path: path).frames([10, 19, 20, 30, 39, 40, 50])
            var ink: [Int] = []
            while let frame = try frames.next() {
                let image = try frame.image()
                // The upper half: the clock is at the bottom.
                ink.append((0..<image.height / 2).reduce(0) { count, y in
                    count + (770..<image.width).count { distance(image, $0, y, [238, 238, 238]) < 60 }
                })
            }
            #expect(ink.count == 7)
            let (short, whole, middle) = (ink[0...1], ink[2...4], ink[5...6])
            #expect(short.allSatisfy { one in middle.allSatisfy { one * 4 < $0 } }, "\(ink)")
            #expect(middle.allSatisfy { one in whole.allSatisfy { one * 3 / 2 < $0 } }, "\(ink)")
        }
    }

    @Test func rendersAPartOfAClip() throws {
        let courtyard = try CourtyardDocument([1: "A man walks."])
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            try render(courtyard, span: TimeSpan(start: 2, duration: 1.5), to: path)
            let clip = try VideoClip(path: path)
            let last = try #require(clip.time(ofFrame: 14))
            #expect(clip.frameCount == 15 && abs(last - 1.4) < 1e-4)
        }
    }

    /// Forty long captions on a small clip, tracks without text, and one that failed.
    @Test func manyAndLongCaptionsAreRendered() throws {
        let words = String(repeating: "A pedestrian in a dark coat crosses, עברית, 中文. ", count: 60)
        var courtyard = try CourtyardDocument([1: words, 2: "", 3: words, 5: words], label: "a label of some length")
        var document = courtyard.document
        document.errors = [CaptionDocument.Problem(track: .number(4), code: "prompt_too_long", message: words)]
        courtyard = CourtyardDocument(document: document, masks: courtyard.masks)
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.mp4").path
            try render(courtyard, span: TimeSpan(start: 0, duration: 0.5), to: path)
            #expect(try VideoClip(path: path).frameCount == 5)
        }
    }

    /// A failed run leaves nothing, and an existing file is kept.
    @Test func failedRenderingsLeaveNothing() throws {
        struct Stop: Error {}
        let courtyard = try CourtyardDocument([1: "A man walks."])
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "out.mp4")
            try Data("old".utf8).write(to: file)
            #expect(throws: Stop.self) {
                try render(courtyard, to: file.path) { if $0 == 9 { throw Stop() } }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.mp4"])
            #expect(try Data(contentsOf: file) == Data("old".utf8))
        }
    }
}
