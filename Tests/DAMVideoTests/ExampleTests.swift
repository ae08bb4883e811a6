import DAMVideo
import Foundation
import Imaging
import Media
import TestSupport
import Testing

/// If these fail, the library's documentation shows code that does not compile, or does something else.
struct ExampleTests {
    @Test func theArticleShowsTheExamples() throws {
        let article = try text("Sources/DAMVideo/DAMVideo.docc/CaptioningAClip.md")
        for name in ["CaptionAClip", "DescribeMeanwhile"] {
            let example = try text("Tests/DAMVideoTests/Examples/\(name).swift")
            #expect(example.split(separator: "\n", omittingEmptySubsequences: false).count <= 27)
            #expect(article.contains("```swift\n" + example.trimmingCharacters(in: .newlines) + "\n```"))
        }
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Fixtures.root.appending(path: path), encoding: .utf8)
    }

    private let clip = Fixtures.sample("courtyard/clip.mp4"), masks = Fixtures.sample("courtyard/masks")

    @Test func captionsAClip() throws {
        let captions = try captionAClip(clip, masks: masks, modelDirectory: Fixtures.sample("model"))
        #expect(captions.keys.sorted() == ["1", "2", "3", "4", "5"])
        #expect(captions.values.allSatisfy { $0.hasSuffix(".") })
    }

    @Test func describesAPictureWhileAClipIsCaptioned() async throws {
        let engine = CaptionEngine(try CaptionModel(directory: Fixtures.sample("model")))
        let pixels = (0..<96 * 96).map { UInt8($0 % 96 * 2) }
        let picture = RGBImage(width: 96, height: 96, pixels: pixels.flatMap { [$0, 120, 60] })
        let region = Mask(width: 96, height: 96, pixels: (0..<96 * 96).map { (30..<60).contains($0 % 96) ? 1 : 0 })
        let alone = try ImageDescriber(engine).describe(picture, region: region)
        let (description, document) = try await describeMeanwhile(picture, region, clip: clip, masks: masks, engine: engine)
        #expect(description.trimmingCharacters(in: .whitespaces) == alone && !alone.isEmpty)
        var expected = try VideoCaptioner(engine).caption(clip: clip, masks: masks), found = document
        for index in expected.tracks.indices { (expected.tracks[index].seconds, found.tracks[index].seconds) = (0, 0) }
        #expect(expected.tracks.count == 5 && found == expected)
    }

    /// An upload has no path.
    @Test func captionsAClipFromBytesAndFromAnOpenFile() throws {
        let captioner = VideoCaptioner(try CaptionModel(directory: Fixtures.sample("model")))
        let bytes = try Data(contentsOf: URL(filePath: clip))
        let handle = try FileHandle(forReadingFrom: URL(filePath: clip))
        var options = ClipOptions()
        options.tracks = [.number(4)]
        let request = ClipRequest(clip: "upload.mp4", masks: masks, options: options)
        let expected = try captioner.caption(clip: clip, masks: masks, clipOptions: options)
        for file in [try ClipFile(bytes, name: "upload.mp4"), try ClipFile(handle, name: "upload.mp4")] {
            let document = try captioner.caption(captioner.plan(request, file: file)).document
            #expect(document.video.path == "upload.mp4")
            #expect(document.tracks.map(\.caption) == expected.tracks.map(\.caption))
        }
        let cut = try ClipFile(bytes.prefix(200), name: "cut.mp4")
        let error = #expect(throws: InputError.self) { try captioner.plan(request, file: cut) }
        #expect(error?.category == .invalid && error?.description.hasPrefix("cut.mp4: ") == true)
        #expect(throws: InputError.self) { try ClipFile(Pipe().fileHandleForReading, name: "pipe") }
    }
}
