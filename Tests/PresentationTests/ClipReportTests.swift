import DAMVideo
import DescribeAnything
import Foundation
import FoundationXML
import Imaging
import Masks
import Media
import Presentation
import TestSupport
import Testing

/// The report is parsed as by a browser: if these fail, it shows other numbers than the document, needs the network, or executes
/// markup from a label.
struct ClipReportTests {
    private static let processor = Result {
        try DescribeAnythingModel(directory: Fixtures.model(.damA)).imageProcessor
    }

    private func report(_ courtyard: CourtyardDocument) throws -> String {
        try withTemporaryDirectory { folder in
            let path = folder.appending(path: "out.html").path
            let report = ClipReport(
                clip: try VideoClip(path: CourtyardDocument.clip), span: nil, masks: courtyard.masks,
                document: courtyard.document, imageProcessor: try Self.processor.get())
            try report.write(to: path, replaces: false) { _ in }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.html"])
            return try String(contentsOfFile: path, encoding: .utf8)
        }
    }

    /// The report as a tree; it is well-formed XML to allow this.
    private func parse(_ page: String) throws -> XMLDocument { try XMLDocument(xmlString: page) }

    private func elements(_ document: XMLDocument, _ name: String) throws -> [XMLElement] {
        try document.nodes(forXPath: "//*[local-name()='\(name)']").compactMap { $0 as? XMLElement }
    }

    private func attributes(_ document: XMLDocument, _ name: String) throws -> [String] {
        try document.nodes(forXPath: "//@*[local-name()='\(name)']").compactMap(\.stringValue)
    }

    private func attribute(_ element: XMLElement, _ name: String) -> String? {
        element.attributes?.first { $0.name == name }?.stringValue
    }

    @Test func showsTheDocumentsNumbers() throws {
        let courtyard = try CourtyardDocument([2: "Two people stand.", 4: "Somebody leaves."])
        let page = try parse(try report(courtyard))
        let articles = try elements(page, "article")
        #expect(articles.count == 2)
        for (article, track) in zip(articles, courtyard.document.tracks) {
            let text = try #require(article.stringValue)
            #expect(text.contains(track.caption) && text.contains("Track \(track.id)"))
            #expect(text.contains("in \(track.visibleFrames) frames of \(track.firstFrame)–\(track.lastFrame)"))
            #expect(text.contains("20 tokens after a prompt of 100") && text.contains("complete"))
            let captions = try article.nodes(forXPath: ".//*[local-name()='figcaption']").compactMap(\.stringValue)
            let samples = [track.sampled[0], track.sampled[1]]
            #expect(captions == zip(samples, ["", " · shown 2 times"]).map { sample, more in
                "\(ClipTime.text(sample.time)) · frame \(sample.frame) · \(sample.area) pixels ("
                    + "\(String(format: "%.2g", Double(sample.area) / 768 / 576 * 100)) %) · mask given\(more)"
            })
        }
        let head = try #require(try elements(page, "header").first?.stringValue)
        for fact in ["768 × 576", "0:06.00, 60 frames, 10 a second", "clips/court & yard.mp4", "models/<small> (bf16)", "<image> × 2",
                     "temperature 0.2, top-p 0.5, top-k 50, seed 7; at most 64 tokens", "2 tracks captioned"] {
            #expect(head.contains(fact), "\(fact)")
        }
    }

    @Test func everyPictureIsInThePageAndCanBeDecoded() throws {
        let courtyard = try CourtyardDocument([1: "A man walks.", 5: "A man too."])
        let page = try parse(try report(courtyard))
        let images = try elements(page, "img")
        #expect(images.count == 2 * 2 * 3)
        #expect(images.allSatisfy { attribute($0, "alt")?.isEmpty == false })
        let side = try Self.processor.get().side
        try withTemporaryDirectory { folder in
            for (number, image) in images.enumerated() {
                let source = try #require(attribute(image, "src"))
                let prefix = "data:image/jpeg;base64,"
                #expect(source.hasPrefix(prefix))
                let file = folder.appending(path: "\(number).jpg")
                try #require(Data(base64Encoded: String(source.dropFirst(prefix.count)))).write(to: file)
                let picture = try ImageDecoder.rgb(path: file.path)
                let size: [Int] = number % 3 == 0 ? [320, 240] : [side, side]
                #expect([picture.width, picture.height] == size)
                guard number % 3 == 0 else { continue }
                // The outline is where the box is.
                let sample = courtyard.document.tracks[number / 6].sampled[number / 3 % 2]
                let colour = TrackPalette.colour(at: number < 6 ? 0 : 4)
                let coloured = (0..<320 * 240).filter { index in
                    zip(picture.pixels[index * 3..<index * 3 + 3], [colour.red, colour.green, colour.blue])
                        .allSatisfy { abs(Int($0) - Int($1)) < 70 }
                }
                let near = coloured.filter { index in
                    let x = index % 320 * 12 / 5, y = index / 320 * 12 / 5
                    return sample.bbox.grown(by: 6, within: BoundingBox(left: 0, top: 0, width: 768, height: 576))
                        .map { $0.left <= x && x < $0.right && $0.top <= y && y < $0.bottom } ?? false
                }
                #expect(near.count > 20)
            }
        }
    }

    /// Each part is in the timeline, with links to its caption and frames.
    @Test func partsAreInTheTimelineAndHaveTheirFrames() throws {
        let courtyard = try CourtyardDocument([1: "A man walks.", 4: "Somebody leaves."])
            .withParts(of: 4, [(0...19, "He <comes>."), (30...56, "He goes.")])
        let page = try parse(try report(courtyard))
        let places = Set(try attributes(page, "id"))
        #expect(places.isSuperset(of: ["track-2-part-1", "track-2-part-2", "track-2-part-1-0", "track-2-part-1-19", "track-2-part-2-56"]))
        #expect(try attributes(page, "href").allSatisfy { $0.hasPrefix("#") && places.contains(String($0.dropFirst())) })
        #expect(try attributes(page, "id").count == places.count)
        let sections = try elements(page, "section").filter { attribute($0, "class") == "part" }
        #expect(sections.count == 2)
        for (section, words) in zip(sections, [["Part 1", "0:00.00–0:01.90", "He <comes>.", "in 20 frames of 0–19"],
                                               ["Part 2", "0:03.00–0:05.60", "He goes.", "in 27 frames of 30–56"]]) {
            let text = try #require(section.stringValue)
            #expect(words.allSatisfy(text.contains), "\(text)")
            #expect(try section.nodes(forXPath: ".//*[local-name()='img']").count == 2 * 3)
        }
        // In the overview and above the caption: of a width of 1000 for 60 frames.
        let pieces = try elements(page, "g").filter { attribute($0, "class")?.hasSuffix("part") == true }
        #expect(pieces.count == 4)
        let bars = try pieces.map { piece in
            try piece.nodes(forXPath: ".//*[local-name()='rect']").compactMap { $0 as? XMLElement }
                .map { [attribute($0, "x"), attribute($0, "width")] }
        }
        // Frames 20 to 29 belong to no part.
        #expect(bars[0] == [["0", "333.3"]] && bars[1] == [["500", "450"]] && bars[0] == bars[2] && bars[1] == bars[3])
        #expect(pieces[0].stringValue == "0:00.00–0:01.90: He <comes>.")
        let items = try elements(page, "li").compactMap(\.stringValue)
        #expect(items == ["0:00.00–0:01.90He <comes>.", "0:03.00–0:05.60He goes."])
    }

    @Test func needsNoOtherFiles() throws {
        let text = try report(try CourtyardDocument([1: "A man walks."]))
        let page = try parse(text)
        #expect(try elements(page, "script").isEmpty && elements(page, "link").isEmpty && elements(page, "iframe").isEmpty)
        #expect(try attributes(page, "src").allSatisfy { $0.hasPrefix("data:image/jpeg;base64,") })
        let places = Set(try attributes(page, "id"))
        #expect(try attributes(page, "href").allSatisfy { $0.hasPrefix("#") && places.contains(String($0.dropFirst())) })
        #expect(!text.contains("url(") && !text.contains("@import"))
        let policy = try attributes(page, "content")
        #expect(policy.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
    }

    /// Captions, labels, paths and messages may contain anything.
    @Test func externalTextIsEscaped() throws {
        let attack = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\u{0}\u{1B}]]>--><!--\u{FFFF}"
        var document = try CourtyardDocument([1: attack, 2: "plain"], label: attack).document
        document.video.path = attack
        document.model.path = attack
        document.model.query = attack
        document.tool.version = attack
        document.tracks[0].finishReason = attack
        document.tracks[0].sampled[0].mask = attack
        document.errors = [CaptionDocument.Problem(track: .name(attack), code: attack, message: attack)]
        let page = try parse(try report(CourtyardDocument(document: document, masks: try CourtyardDocument([:]).masks)))
        #expect(try elements(page, "script").isEmpty && elements(page, "img").count == 12)
        #expect(try attributes(page, "onerror").isEmpty)
        let quoted = try #require(try elements(page, "blockquote").first?.stringValue)
        #expect(quoted.contains("<script>alert(1)</script><img src=x onerror='alert(2)'>&lt;"))
    }

    @Test func reportsDocumentsWithoutTracks() throws {
        var document = try CourtyardDocument([:]).document
        document.errors = [CaptionDocument.Problem(track: .number(4), code: "empty_mask", message: "nothing there")]
        let page = try parse(try report(CourtyardDocument(document: document, masks: try CourtyardDocument([:]).masks)))
        let text = try #require(page.rootElement()?.stringValue)
        #expect(text.contains("No track was captioned.") && text.contains("nothing there") && text.contains("1 failed"))
    }
}
