import Imaging
import Presentation
import Testing

/// If these fail, captions on a rendered clip extend beyond the picture, are truncated without an ellipsis, or are missing.
struct TypesetterTests {
    private let sentence = String(repeating: "A man in a blue jacket walks towards the left. ", count: 12)

    @Test func breaksLinesWithinTheWidth() throws {
        let typesetter = try Typesetter()
        let line = try typesetter.size(of: "Xg", TextStyle(size: 20, colour: .white))
        #expect((16...30).contains(line.height))
        for width in [60, 200, 500] {
            let size = try typesetter.size(of: sentence, TextStyle(size: 20, colour: .white, width: width, maximumLines: 1000))
            #expect(size.width <= width && size.height > 3 * line.height)
        }
    }

    @Test func wordsLongerThanALineAreBroken() throws {
        let style = TextStyle(size: 20, colour: .white, width: 100, maximumLines: 1000)
        let size = try Typesetter().size(of: String(repeating: "x", count: 300), style)
        #expect(size.width <= 100 && size.height > 200)
    }

    @Test(arguments: [1, 3, 7])
    func limitsTheLines(lines: Int) throws {
        let typesetter = try Typesetter()
        let one = try typesetter.size(of: sentence, TextStyle(size: 20, colour: .white)).height
        let style = TextStyle(size: 20, colour: .white, width: 200, maximumLines: lines)
        #expect(try typesetter.size(of: sentence, style).height == lines * one)
    }

    /// Truncation must be visible.
    @Test func truncationShowsAnEllipsis() throws {
        let typesetter = try Typesetter(), style = TextStyle(size: 20, colour: .white, width: 200)
        #expect(try typesetter.picture(of: "A man in a blue jacket walks and walks", style)
            != typesetter.picture(of: "A man in a blue", style))
    }

    @Test func lettersAreColouredOnTransparency() throws {
        let colour = Colour(200, 100, 50)
        let picture = try Typesetter().picture(of: "Hill", TextStyle(size: 40, isBold: true, colour: colour))
        let pixels = stride(from: 0, to: picture.pixels.count, by: 4).map { Array(picture.pixels[$0..<$0 + 4]) }
        #expect(pixels.contains([200, 100, 50, 255]) && pixels.contains([0, 0, 0, 0]))
        // Colours are premultiplied, so none exceeds alpha.
        #expect(pixels.allSatisfy { $0[0] <= $0[3] && $0[1] <= $0[3] && $0[2] <= $0[3] })
    }

    /// Captions come from a model and labels from files, so they may contain anything.
    @Test(arguments: ["", "\u{0}", "a\u{0}b\nc\td", "עברית العربية 中文 🙂", "\u{202E}abc", "<b>&amp;</b>", "%s%n"])
    func anyTextIsSetOnOneLine(text: String) throws {
        let typesetter = try Typesetter()
        let size = try typesetter.size(of: text, TextStyle(size: 20, colour: .white))
        let picture = try typesetter.picture(of: text, TextStyle(size: 20, colour: .white))
        #expect(picture.width == size.width && picture.height == size.height && size.height < 40)
    }

    @Test func longTextIsFast() throws {
        let style = TextStyle(size: 12, colour: .white, width: 400, maximumLines: 4)
        #expect(try Typesetter().size(of: String(repeating: "word ", count: 1_000_000), style).height < 100)
    }

    /// On pixels displayed twice as wide as high, letters take half the columns.
    @Test func lettersAreSqueezedForWidePixels() throws {
        let style = TextStyle(size: 20, colour: .white)
        let square = try Typesetter().size(of: sentence, style), wide = try Typesetter(pixelAspect: 2).size(of: sentence, style)
        // Glyphs on square pixels are at integer positions, which changes lines by a few hundredths.
        #expect(abs(Double(square.width) / Double(wide.width) - 2) < 0.2 && abs(square.height - wide.height) <= 1)
    }
}
