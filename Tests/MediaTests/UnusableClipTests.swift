import Foundation
import TestSupport
import Testing
import Media

/// If these fail, an invalid file causes a trap, no message, or the wrong exit code.
@Suite struct UnusableClipTests {
    @Test func missingFile() {
        let error = #expect(throws: VideoError.self) { try VideoDecoder(path: "/nowhere/clip.mp4") }
        #expect(error == .missing(path: "/nowhere/clip.mp4"))
        #expect(error?.category == .notFound)
        #expect(error?.description == "/nowhere/clip.mp4: no such file")
    }

    @Test func folderInsteadOfFile() {
        let error = #expect(throws: VideoError.self) { try VideoDecoder(path: Fixtures.path("video")) }
        #expect(error == .invalid(path: Fixtures.path("video"), found: "a folder", expected: "a file"))
        #expect(error?.category == .invalid)
    }

    @Test(arguments: [
        ("sound_only.m4a", "found only audio (aac), expected a video stream"),
        ("sound_with_cover.m4a", "found only audio (aac), cover art (png), expected a video stream"),
    ])
    func noVideoStream(name: String, message: String) {
        let error = #expect(throws: VideoError.self) { try VideoDecoder(path: Fixtures.path("video/\(name)")) }
        #expect(error?.category == .invalid)
        #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "none")")
    }

    @Test(arguments: ["notes.txt", "clip.mp4", "clip.avi", "clip.mkv", "clip"])
    func textIsNotAVideo(name: String) throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: name)
            try Data(String(repeating: "This is not a video.\n", count: 200).utf8).write(to: file)
            let error = #expect(throws: VideoError.self) { try VideoDecoder(path: file.path) }
            #expect(error?.category == .invalid)
            #expect(error?.description.hasPrefix(file.path) == true)
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func emptyFile() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "clip.mp4")
            try Data().write(to: file)
            let error = #expect(throws: VideoError.self) { try VideoDecoder(path: file.path) }
            #expect(error?.description == "\(file.path): found an empty file, expected a video or picture")
            #expect(error?.category == .invalid)
        }
    }

    /// The header is complete, but there are no frames.
    @Test func zeroFrames() throws {
        try withTemporaryDirectory { folder in
            let whole = try bytes(of: "video/h264_bframes.mp4")
            let pictures = try #require(firstRange(of: "mdat", in: whole)).upperBound
            let file = folder.appending(path: "clip.mp4")
            try Data(whole[..<pictures]).write(to: file)
            let error = #expect(throws: VideoError.self) { try VideoDecoder(path: file.path) }
            #expect(error?.category == .invalid)
            #expect(error?.description.contains("no frame that can be decoded") == true)
        }
    }

    /// A recording that was interrupted before the index was written.
    @Test func missingIndex() throws {
        try withTemporaryDirectory { folder in
            let whole = try bytes(of: "video/uneven_times.mp4")
            let index = try #require(firstRange(of: "moov", in: whole)).lowerBound - 4
            let file = folder.appending(path: "clip.mp4")
            for length in [index, index + 20, index - 30] {
                try Data(whole[..<length]).write(to: file)
                let error = #expect(throws: VideoError.self) { try VideoDecoder(path: file.path) }
                #expect(error?.category == .invalid)
                if length <= index { #expect(error?.description.contains("without its index") == true) }
            }
        }
    }

    @Test func truncatedBeforeTheFirstFrame() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending(path: "clip.mkv")
            try Data(bytes(of: "video/ffv1_grey.mkv")[..<900]).write(to: file)
            let error = #expect(throws: VideoError.self) { try VideoDecoder(path: file.path) }
            #expect(error?.description.contains("bytes early") == true)
        }
    }

    /// Names that FFmpeg would take for protocols or sequences are ordinary names.
    @Test(arguments: ["12:30.mp4", "file:clip.mp4", "100%d.mp4", "-clip.mp4", "a|b.mp4", "größe ✓.mp4", "frame%03d.png"])
    func namesAreTakenLiterally(name: String) throws {
        try withTemporaryDirectory { folder in
            let source = name.hasSuffix("png") ? "video/stills/rgb.png" : "video/h264_bframes.mp4"
            let file = folder.appending(path: name)
            try Data(bytes(of: source)).write(to: file)
            #expect(try VideoDecoder(path: file.path).next() != nil)
        }
    }
}

/// First occurrence of an ASCII word.
func firstRange(of word: String, in bytes: [UInt8]) -> Range<Int>? {
    Data(bytes).range(of: Data(word.utf8))
}
