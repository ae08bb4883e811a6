import LanguageModels
import Tensors
import TestSupport
import Testing

/// If these fail, text is encoded differently from the published tokenizer, or a damaged file causes a trap.
struct SentencePieceModelTests {
    private static let path = Fixtures.golden(.damA, "model/llm/tokenizer.model")

    @Test("The golden texts have SentencePiece's ids")
    func goldenTexts() throws {
        let model = try SentencePieceModel(path: Fixtures.path("goldens/tokenizer/tokenizer.model"))
        let texts = try TokenizerFixtures.goldens()
        #expect(texts.count == 152)
        for text in texts { #expect(model.encode(text.text) == text.sentencepiece, "\(text.text.debugDescription)") }
        #expect((model.bosID, model.eosID, model.padID, model.pieceCount) == (1, 2, nil, 32000))
    }

    @Test("Every model setting gives SentencePiece's ids and texts", arguments: TokenizerFixtures.names)
    func variants(name: String) throws {
        let fixture = try TokenizerFixtures.named(name)
        let model = try fixture.model()
        for text in fixture.texts {
            #expect(model.encode(text.text) == text.sentencepiece, "\(text.text.debugDescription)")
        }
        for sequence in fixture.sequences {
            guard let expected = sequence.sentencepiece else { continue }
            #expect(model.decode(sequence.ids).points == expected.points, "\(sequence.ids)")
        }
    }

    @Test("Byte pieces are decoded as UTF-8, with U+FFFD for each invalid byte")
    func bytes() throws {
        let model = try SentencePieceModel(path: Self.path)
        func text(_ bytes: UInt8...) -> [String] { model.decode(bytes.map { Int($0) + 3 }).points }
        #expect(text(0xF0, 0x9F, 0x9A, 0x97) == ["1f697"])
        #expect(text(0xF0, 0x9F, 0x9A, 0x41) == ["fffd", "fffd", "fffd", "41"])
        #expect(text(0xE0, 0x80, 0x80) == ["fffd", "fffd", "fffd"])  // overlong
        #expect(text(0xED, 0xA0, 0x80) == ["fffd", "fffd", "fffd"])  // a surrogate
        #expect(text(0xF4, 0x90, 0x80, 0x80) == ["fffd", "fffd", "fffd", "fffd"])  // past U+10FFFF
        #expect(text(0xC1, 0xFF, 0xE6, 0xBC) == ["fffd", "fffd", "fffd", "fffd"])
        #expect(text(0x00, 0xC3, 0xA9) == ["0", "e9"])
        #expect(model.decode([0]).points == " \u{2047} ".points)
        #expect(model.decode([-1, 1_000_000, .max]).isEmpty)
    }

    @Test("A megabyte of text is encoded in seconds",
          .timeLimit(.minutes(1)), arguments: ["a", " ", "the red car \u{1F697}", "\u{2581}", "\u{6F22}"])
    func longTexts(part: String) throws {
        let model = try SentencePieceModel(path: Fixtures.path("goldens/tokenizer/tokenizer.model"))
        let text = String(repeating: part, count: 1_000_000 / part.utf8.count)
        #expect(model.decode(model.encode(text)).unicodeScalars.count == text.unicodeScalars.count)
    }

    @Test("Invalid and unsupported models give a one-line error")
    func errors() throws {
        let whole = try contents(of: Self.path)
        func error(_ bytes: [UInt8]) -> String? {
            do {
                _ = try SentencePieceModel(bytes, path: "m")
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(error(whole) == nil)
        #expect(error([]) == "m: found an empty file, expected a SentencePiece model")
        #expect(error(Array(whole.prefix(100)))
            == "m: model: found 2 bytes left at byte 98, expected 15 more (truncated file?)")
        #expect(error([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])
            == "m: model: found 0 bytes left at byte 11, expected 18446744073709551615 more (truncated file?)")
        #expect(error(Array("{\"version\": 1}".utf8))
            == "m: model: found wire type 3 at byte 0, expected wire type 0, 1, 2 or 5")
        // Pieces are intact, their types are missing.
        #expect(error(Array(whole.prefix(16)))
            == "m: found no trainer_spec after 1 pieces, expected one (truncated file?)")
        // A later trainer_spec or normalizer_spec is merged with the first.
        #expect(error(whole + [0x12, 2, 0x18, 1]) == "m: model_type: found UNIGRAM, expected BPE")
        #expect(error(whole + [0x12, 3, 0xC0, 0x01, 1])
            == "m: treat_whitespace_as_suffix: found true, expected false")
        #expect(error(whole + [0x1A, 3, 0x12, 1, 7])
            == "m: normalizer_spec: found a precompiled_charsmap of 1 bytes, expected none (identity)")
        #expect(error(whole + [0x0A, 3, 0x0A, 1, 0xFF])
            == "m: piece 640: found bytes that are not UTF-8, expected a text")
        #expect(error(whole + [0x0A, 3, 0x0A, 1, 0x61])?.hasSuffix("expected each piece once") == true)
        #expect(error(whole + [0x0A, 2, 0x18, 9]) == "m: type of piece 640: found 9, expected a number from 1 to 6")
        let missing = CheckpointError(file: "/nowhere", found: "no readable file", expected: "a SentencePiece model")
        #expect(throws: missing) { try SentencePieceModel(path: "/nowhere") }
    }

    @Test("Damaged models are used or refused, but never trap", arguments: ["dam-a", "dam-b"])
    func fuzz(name: String) throws {
        let whole = try contents(of: Fixtures.path("goldens/\(name)/model/llm/tokenizer.model"))
        var random = SeededGenerator(seed: 2)
        var accepted = 0
        for round in 0..<4000 {
            do {
                let model = try SentencePieceModel(mutated(whole, using: &random), path: "m")
                let ids = model.encode("A \u{1F697}\u{2581}the  red car.\n")
                _ = model.decode(ids + [0, 1, 2, 5, 300, model.pieceCount])
                accepted += 1
            } catch let error as CheckpointError {
                #expect(!error.description.contains("\n"), "round \(round)")
            }
        }
        #expect((1..<4000).contains(accepted))
    }
}
