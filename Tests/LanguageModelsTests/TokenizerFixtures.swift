import Foundation
import LanguageModels
import TestSupport
import Testing

/// What transformers and SentencePiece make of some texts and ids, by tokenizer; see Fixtures/tokenizer/README.md.
enum TokenizerFixtures {
    static let names = [
        "dam-a", "dam-b", "real", "spaces", "plain-spaces", "symbols", "unknown", "added", "no-prefix", "map",
    ]

    static func named(_ name: String) throws -> TokenizerExpectation {
        let all: [TokenizerExpectation] = try read("tokenizer/expected.json")
        return try #require(all.first { $0.name == name })
    }

    /// The goldens' texts, all with the real model.
    static func goldens() throws -> [TokenizerExpectation.Text] { try read("goldens/tokenizer/expected.json") }

    static func read<Value: Decodable>(_ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: Fixtures.path(path))))
    }
}

struct TokenizerExpectation: Decodable {
    struct Text: Decodable {
        let text: String
        let ids: [Int]
        let sentencepiece: [Int]
        let decoded: String
    }

    struct Sequence: Decodable {
        let ids: [Int]
        /// Without special tokens, and with them.
        let decoded: String, whole: String
        /// Plain SentencePiece's text; nil when an id is none of the model's.
        let sentencepiece: String?
    }

    let name: String
    /// Under `Tests/Fixtures`; empty for the real model, which has no configuration of its own.
    let directory: String
    let texts: [Text]
    let sequences: [Sequence]

    func tokenizer() throws -> LlamaTokenizer {
        directory.isEmpty ? try realTokenizer() : try LlamaTokenizer(directory: Fixtures.path(directory))
    }

    func model() throws -> SentencePieceModel {
        let folder = directory.isEmpty ? "goldens/tokenizer" : directory
        return try SentencePieceModel(path: Fixtures.path(folder + "/tokenizer.model"))
    }
}

/// A case of a model's goldens.
struct GoldenCase: Decodable {
    struct Generation: Decodable {
        let ids: [Int]
        let text: String
    }

    let name: String
    let prompt: String
    let inputIDs: [Int]
    let generations: [Generation]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        name = try values.decode(String.self, forKey: Key(stringValue: "name"))
        prompt = try values.decode(String.self, forKey: Key(stringValue: "prompt"))
        inputIDs = try values.decode([Int].self, forKey: Key(stringValue: "input_ids"))
        generations = try values.allKeys.filter { $0.stringValue == "greedy" || $0.stringValue.hasPrefix("beam") }
            .map { try values.decode(Generation.self, forKey: $0) }
    }
}

/// The real 32,000-piece model with a small one's configuration, which names the same special tokens.
func realTokenizer() throws -> LlamaTokenizer {
    try withTemporaryDirectory { folder in
        let files = [
            ("goldens/tokenizer/tokenizer.model", "tokenizer.model"),
            ("goldens/dam-a/model/llm/tokenizer_config.json", "tokenizer_config.json"),
        ]
        for (source, name) in files {
            try FileManager.default.copyItem(atPath: Fixtures.path(source), toPath: folder.appending(path: name).path)
        }
        return try LlamaTokenizer(directory: folder.path)
    }
}

extension String {
    /// Code points, to compare and show texts by: `==` takes canonically equivalent texts for equal.
    var points: [String] { unicodeScalars.map { String($0.value, radix: 16) } }
}

/// A file's bytes.
func contents(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
