// The tokenizer's parts, in processing order:
//
// Loading. `SentencePieceFile` reads `tokenizer.model` (with `ProtobufReader`), `SentencePieceChecks` refuses unsupported files,
// and `SentencePieceModel` holds the pieces. `LlamaTokenizerFiles` reads the accompanying JSON files as `AddedToken`s;
// `AddedVocabulary` assigns their ids and determines which are special (omitted from text for users) and which are separate (set
// off by spaces).
//
// Text to ids (`LlamaTokenizerEncoding`). `PrefixMatcher` splits the text at its added tokens, longest match first, and each
// absorbs its white space. The sections between them go to `SentencePieceModel.encode` (`SentencePieceCoding`), which normalises
// white space, merges characters into pieces (`BytePairMerge`) and falls back to byte pieces for unknown characters.
//
// Ids to text (`LlamaTokenizerDecoding`). An id is an added token or else a piece. Separate tokens end a run; the pieces of a
// run go through `PieceDecoder`, which turns U+2581 into spaces and byte pieces into UTF-8 (`UTF8Prefix`).
// `StreamingDetokenizer` does the same incrementally.

/// LLaMA's tokenizer: SentencePiece preceded by matching of special tokens. Source: LlamaTokenizer of transformers 4.46 with
/// `legacy=False`, which the published code requests regardless of the configuration.
package struct LlamaTokenizer: Sendable {
    /// The model without its dummy prefix: `encode` prepends the space itself, and never after a special token.
    let model: SentencePieceModel
    let addedTokens: [Int: AddedToken]
    let addedIDs: [ByteString: Int]
    let addedMatcher: PrefixMatcher
    let specialTexts: Set<ByteString>
    let specialIDs: Set<Int>
    /// Added tokens that are decoded to their own text, set off by spaces.
    let separateTexts: Set<ByteString>
    let unknownText: ByteString
    /// Number of pieces that `unknownText` itself is encoded to.
    let unknownLength: Int
    let addsPrefixSpace: Bool

    /// True if the configuration asks for `bosID` before a text.
    package let addsBOS: Bool
    package let bosID: Int
    /// EOS token ids.
    package let eosIDs: Set<Int>
    /// Upper bound (exclusive) on the ids of pieces and added tokens.
    package let vocabularySize: Int

    /// - Parameter directory: a checkpoint's `llm` folder, with `tokenizer.model`, `tokenizer_config.json` and optionally
    ///   `special_tokens_map.json`.
    /// - Throws: `CheckpointError` if a file is missing, invalid or needs an unsupported feature.
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
