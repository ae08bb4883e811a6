import LanguageModels
import TestSupport
import Testing

/// If these fail, streamed captions differ from the finished ones, or characters of several bytes are broken.
struct StreamingDetokenizerTests {
    /// Streamed text, and its end.
    private func stream(_ ids: [Int], _ tokenizer: LlamaTokenizer) -> [String] {
        var detokenizer = StreamingDetokenizer(tokenizer)
        var parts = ids.map { detokenizer.append($0) }
        parts.append(detokenizer.finish())
        return parts
    }

    /// The streamed text equals the whole text.
    private func expectSame(_ ids: [Int], _ tokenizer: LlamaTokenizer) {
        let whole = trimmed(tokenizer.decode(ids, skippingSpecialTokens: true))
        #expect(stream(ids, tokenizer).joined().points == whole.points, "\(ids)")
    }

    @Test("The golden texts are streamed completely")
    func goldenTexts() throws {
        let tokenizer = try realTokenizer()
        for text in try TokenizerFixtures.goldens() {
            #expect(stream(text.ids, tokenizer).joined().points == trimmed(text.decoded).points)
        }
    }

    @Test("The golden models' answers are streamed completely", arguments: ["dam-a", "dam-b"])
    func goldenCases(name: String) throws {
        let tokenizer = try LlamaTokenizer(directory: Fixtures.path("goldens/\(name)/model/llm"))
        let cases: [GoldenCase] = try TokenizerFixtures.read("goldens/\(name)/expected.json")
        for generation in cases.flatMap(\.generations) {
            #expect(stream(generation.ids, tokenizer).joined().points == generation.text.points)
        }
    }

    @Test("Arbitrary ids are decoded as by transformers", arguments: TokenizerFixtures.names)
    func sequences(name: String) throws {
        let fixture = try TokenizerFixtures.named(name)
        let tokenizer = try fixture.tokenizer()
        for sequence in fixture.sequences {
            let streamed = stream(sequence.ids, tokenizer).joined()
            #expect(streamed.points == trimmed(sequence.decoded).points, "\(sequence.ids)")
        }
    }

    @Test("Random sequences, half of them byte pieces, are streamed completely", arguments: TokenizerFixtures.names)
    func random(name: String) throws {
        let tokenizer = try TokenizerFixtures.named(name).tokenizer()
        var random = SeededGenerator(seed: 4)
        for _ in 0..<3000 {
            let ids = (0..<Int.random(in: 1...24, using: &random)).map { _ in
                let limit = [3, 259, 259, tokenizer.vocabularySize + 2].randomElement(using: &random) ?? 3
                return Int.random(in: 0..<limit, using: &random)
            }
            expectSame(ids, tokenizer)
        }
    }

    @Test("Split and invalid characters with white space between them are streamed completely", arguments: ["dam-a", "real"])
    func characters(name: String) throws {
        let tokenizer = try TokenizerFixtures.named(name).tokenizer()
        let samples = ["é", "漢", "🚗", "\u{FFFD}", "\r", "\n", " ", "\u{85}", "\u{A0}", "\u{2028}", "\u{1C}", "a"]
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            var bytes = (0..<8).flatMap { _ in Array((samples.randomElement(using: &random) ?? "").utf8) }
            if Bool.random(using: &random) { bytes.remove(at: Int.random(in: 0..<bytes.count, using: &random)) }
            expectSame(bytes.map { Int($0) + 3 }, tokenizer)
        }
    }

    @Test("Characters appear with their last byte, invalid ones as early as possible")
    func promptness() throws {
        let tokenizer = try realTokenizer()
        func parts(_ bytes: UInt8...) -> [String] { stream(bytes.map { Int($0) + 3 }, tokenizer) }
        #expect(parts(0xF0, 0x9F, 0x9A, 0x97) == ["", "", "", "🚗", ""])
        #expect(parts(0xF0, 0x9F, 0x41) == ["", "", "\u{FFFD}\u{FFFD}A", ""])
        #expect(parts(0xC0, 0xE2, 0x96) == ["\u{FFFD}", "", "", "\u{FFFD}\u{FFFD}"])
        // A special token in the middle of a character has no effect.
        let around = [0xC3 + 3, 2, 0xA9 + 3]
        #expect(stream(around, tokenizer) == ["", "", "é", ""])
    }

    @Test("White space is held back, and never first or last")
    func whiteSpace() throws {
        let tokenizer = try realTokenizer()
        let newline = 0x0A + 3, carriage = 0x0D + 3, letter = 0x41 + 3
        let parts = stream([newline, letter, carriage, newline, letter, newline], tokenizer)
        #expect(parts == ["", "A", "", "", "\r\nA", "", ""])
        #expect(stream([newline, carriage], tokenizer) == ["", "", ""])
    }

    @Test("Trimming equals Python's")
    func trimming() {
        let spaces = "\t\n\u{B}\u{C}\r\u{1C}\u{1D}\u{1E}\u{1F} \u{85}\u{A0}\u{1680}"
            + "\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}"
            + "\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}"
        #expect(trimmed(spaces + "a" + spaces + "b\r\n" + spaces) == "a" + spaces + "b")
        #expect(trimmed(spaces).isEmpty)
        // Neither zero-width characters nor an accent on a space.
        #expect(trimmed(" \u{301}a\u{200B}\u{FEFF}").points == ["301", "61", "200b", "feff"])
        let removed = (0...0x10FFFF).compactMap(Unicode.Scalar.init).filter { trimmed(String($0)).isEmpty }
        #expect(removed == Array(spaces.unicodeScalars))
    }
}
