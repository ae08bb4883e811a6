import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// If these fail, the model gets another prompt than the user's, or its answer is spelled wrong.
struct LlamaTokenizerTests {
    @Test("The golden texts are encoded and decoded as published")
    func goldenTexts() throws {
        let tokenizer = try realTokenizer()
        for text in try TokenizerFixtures.goldens() {
            #expect(tokenizer.encode(text.text, addBOS: true) == text.ids, "\(text.text.debugDescription)")
            let decoded = tokenizer.decode(text.ids, skippingSpecialTokens: true)
            #expect(decoded.points == text.decoded.points, "\(text.text.debugDescription)")
        }
        #expect((tokenizer.bosID, tokenizer.eosIDs, tokenizer.vocabularySize) == (1, [2], 32000))
        #expect(tokenizer.addsBOS)
    }

    @Test("The golden models' prompts and answers are encoded and decoded as published", arguments: ["dam-a", "dam-b"])
    func goldenCases(name: String) throws {
        let tokenizer = try LlamaTokenizer(directory: Fixtures.path("goldens/\(name)/model/llm"))
        let cases: [GoldenCase] = try TokenizerFixtures.read("goldens/\(name)/expected.json")
        #expect(!cases.isEmpty)
        for golden in cases {
            let pieces = golden.prompt.components(separatedBy: "<image>").map { tokenizer.encode($0, addBOS: false) }
            #expect([tokenizer.bosID] + pieces.joined(separator: [-200]) == golden.inputIDs, "\(golden.name)")
            #expect(!golden.generations.isEmpty)
            for generation in golden.generations {
                let text = trimmed(tokenizer.decode(generation.ids, skippingSpecialTokens: true))
                #expect(text.points == generation.text.points, "\(golden.name)")
            }
        }
    }

    @Test("Every configuration setting gives transformers' ids and texts", arguments: TokenizerFixtures.names)
    func variants(name: String) throws {
        let fixture = try TokenizerFixtures.named(name)
        let tokenizer = try fixture.tokenizer()
        for text in fixture.texts {
            #expect(tokenizer.encode(text.text, addBOS: true) == text.ids, "\(text.text.debugDescription)")
            let decoded = tokenizer.decode(text.ids, skippingSpecialTokens: true)
            #expect(decoded.points == text.decoded.points, "\(text.ids)")
        }
        for sequence in fixture.sequences {
            let decoded = tokenizer.decode(sequence.ids, skippingSpecialTokens: true)
            #expect(decoded.points == sequence.decoded.points, "\(sequence.ids)")
            let whole = tokenizer.decode(sequence.ids, skippingSpecialTokens: false)
            #expect(whole.points == sequence.whole.points, "\(sequence.ids)")
        }
    }

    @Test("Ids outside the vocabulary have no text")
    func outside() throws {
        let tokenizer = try realTokenizer()
        #expect(tokenizer.decode([-200, 32000, .max, .min], skippingSpecialTokens: false).isEmpty)
    }

    /// dam-a's tokenizer with one of its files replaced or removed.
    private func tokenizer(_ name: String, _ content: [UInt8]?) throws -> LlamaTokenizer {
        try withTemporaryDirectory { folder in
            for file in ["tokenizer.model", "tokenizer_config.json", "special_tokens_map.json"] where file != name {
                let source = Fixtures.golden(.damA, "model/llm/" + file)
                try FileManager.default.copyItem(atPath: source, toPath: folder.appending(path: file).path)
            }
            if let content { try Data(content).write(to: folder.appending(path: name)) }
            return try LlamaTokenizer(directory: folder.path)
        }
    }

    @Test("Missing, null and mistyped keys take LLaMA's defaults", arguments: [
        "{}",
        #"{"added_tokens_decoder": null, "bos_token": null, "eos_token": null, "add_bos_token": null, "legacy": null}"#,
        #"{"added_tokens_decoder": [1], "bos_token": 7, "unk_token": {"content": 1}, "add_prefix_space": "x"}"#,
        #"{"added_tokens_decoder": {"a": {}, "-1": {"content": "x"}, "99999999999": {"content": "A"}, "5": 5}}"#,
        #"{"additional_special_tokens": {"a": 1}, "pad_token": [], "sep_token": "", "legacy": true}"#,
        #"{"eos_token": {"content": "</s>", "lstrip": 1e99, "rstrip": null}}"#,
    ])
    func lenience(configuration: String) throws {
        let tokenizer = try tokenizer("tokenizer_config.json", Array(configuration.utf8))
        let usual = try LlamaTokenizer(directory: Fixtures.golden(.damA, "model/llm"))
        for text in ["A red car.", "<s>a</s> b"] {
            #expect(tokenizer.encode(text, addBOS: true) == usual.encode(text, addBOS: true))
        }
        #expect((tokenizer.bosID, tokenizer.eosIDs, tokenizer.addsBOS) == (1, [2], true))
    }

    @Test("The special tokens map is optional")
    func withoutMap() throws {
        #expect(try tokenizer("special_tokens_map.json", nil).encode("a</s>", addBOS: true).last == 2)
    }

    @Test("Missing and damaged files give a one-line error", arguments: [
        ("tokenizer.model", nil, "no readable file"),
        ("tokenizer.model", "", "an empty file"),
        ("tokenizer_config.json", nil, "no readable file"),
        ("tokenizer_config.json", "{\"legacy\": tr", "13 bytes that are not valid JSON"),
        ("tokenizer_config.json", "[1]", "JSON of another kind"),
        ("special_tokens_map.json", "\u{1}", "1 bytes that are not valid JSON"),
    ] as [(String, String?, String)])
    func errors(name: String, content: String?, found: String) throws {
        let error = #expect(throws: CheckpointError.self) { try tokenizer(name, content.map { Array($0.utf8) }) }
        #expect(error?.file.hasSuffix("/" + name) == true)
        #expect(error?.found == found)
        #expect(error?.description.contains("\n") == false)
    }

    @Test("Damaged configurations are used or refused, but never trap")
    func fuzz() throws {
        let whole = try contents(of: Fixtures.path("tokenizer/added/tokenizer_config.json"))
        var random = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            do {
                let tokenizer = try tokenizer("tokenizer_config.json", mutated(whole, using: &random))
                let ids = tokenizer.encode("<s>a <image> word</s>", addBOS: true)
                _ = tokenizer.decode(ids, skippingSpecialTokens: true)
            } catch is CheckpointError {}
        }
    }
}
