// The tokenizer's parts, in the order in which they work:
//
// Loading. `SentencePieceFile` reads `tokenizer.model` (with `ProtobufReader`), `SentencePieceChecks` refuses files that would
// be read wrongly, and `SentencePieceModel` keeps the pieces. `LlamaTokenizerFiles` reads the JSON files beside it as
// `AddedToken`s; `AddedVocabulary` gives each its id and says which are special (left out of a text for people) and which
// are separate (set apart by spaces).
//
// Text to ids (`LlamaTokenizerEncoding`). First `PrefixMatcher` cuts the text at its added tokens, the longest that fits, and
// each takes in its white space; what is left between them goes to `SentencePieceModel.encode` (`SentencePieceCoding`), which
// normalises white space, merges characters to pieces (`BytePairMerge`) and spells unknown characters in byte pieces.
//
// Ids to text (`LlamaTokenizerDecoding`). An id is an added token, else a piece. Separate tokens end a run; the pieces of a run
// go through `PieceDecoder`, which turns U+2581 into spaces and byte pieces into UTF-8 (`UTF8Prefix`).
// `StreamingDetokenizer` does the same one id at a time.

/// LLaMA's tokenizer: SentencePiece, with special tokens matched in the text before. Source: transformers 4.46's
/// LlamaTokenizer with `legacy=False`, which the published code asks for whatever the configuration says.
package struct LlamaTokenizer: Sendable {
    /// Without a dummy prefix: the space in front of a text is put there by `encode`, and never after a special token.
    let model: SentencePieceModel
    let addedTokens: [Int: AddedToken]
    let addedIDs: [ByteString: Int]
    let addedMatcher: PrefixMatcher
    let specialTexts: Set<ByteString>
    let specialIDs: Set<Int>
    /// Added tokens that are set apart by spaces when they are decoded, and decoded to what they are.
    let separateTexts: Set<ByteString>
    let unknownText: ByteString
    /// In how many pieces `unknownText` itself is encoded.
    let unknownLength: Int
    let addsPrefixSpace: Bool

    /// True if the configuration wants `bosID` in front of a text.
    package let addsBOS: Bool
    package let bosID: Int
    /// Ids after which a text has ended.
    package let eosIDs: Set<Int>
    /// Every id is below; pieces and added tokens.
    package let vocabularySize: Int

    /// - Parameter directory: a checkpoint's `llm`, with `tokenizer.model`, `tokenizer_config.json` and perhaps
    ///   `special_tokens_map.json`.
    /// - Throws: `CheckpointError` when a file is missing, broken or asks for what is not supported.
    package init(directory: String) throws {
        self.init(
            try SentencePieceModel(path: directory + "/tokenizer.model"), try LlamaTokenizerFiles(directory: directory))
    }

    package init(_ model: SentencePieceModel, _ files: LlamaTokenizerFiles) {
        var model = model
        model.addsDummyPrefix = false
        let vocabulary = AddedVocabulary(model, files)
        self.model = model
        addedTokens = vocabulary.tokens
        addedIDs = vocabulary.ids
        addedMatcher = PrefixMatcher(vocabulary.ids.keys)
        specialTexts = vocabulary.special
        specialIDs = Set(vocabulary.special.map { vocabulary.id(of: $0) })
        separateTexts = vocabulary.separate
        unknownText = files.content(of: "unk_token") ?? model.pieces[model.unknownID].text
        unknownLength = model.encode(unknownText.bytes).count
        addsPrefixSpace = files.addsPrefixSpace
        addsBOS = files.addsBOS
        bosID = files.content(of: "bos_token").map { vocabulary.id(of: $0) } ?? model.bosID ?? model.unknownID
        eosIDs = Set([files.content(of: "eos_token").map { vocabulary.id(of: $0) } ?? model.eosID].compactMap { $0 })
        vocabularySize = max(model.pieceCount, (vocabulary.tokens.keys.max() ?? 0) + 1)
    }
}
