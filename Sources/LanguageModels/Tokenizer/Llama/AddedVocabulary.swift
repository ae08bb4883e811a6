/// Added tokens with their ids. A special token without an id in the configuration gets its piece's id, or the next free one.
/// Source: transformers' PreTrainedTokenizer.
struct AddedVocabulary {
    private let model: SentencePieceModel
    private(set) var tokens: [Int: AddedToken]
    private(set) var ids: [ByteString: Int] = [:]
    /// Tokens omitted from text for users: the named special tokens and the additional ones.
    private(set) var special: Set<ByteString> = []
    /// Tokens that are decoded to their own text, set off by spaces: added ones that are not in `special`, whatever the
    /// configuration calls them, and additional special ones outside the model.
    private(set) var separate: Set<ByteString> = []

    init(_ model: SentencePieceModel, _ files: LlamaTokenizerFiles) {
        self.model = model
        tokens = files.added
        for (id, token) in files.added.sorted(by: { $0.key < $1.key }) { ids[token.content] = id }
        let specialTokens = files.named.map(\.token) + files.additionalSpecial
        special = Set(specialTokens.map(\.content))

        var nextID = Set(model.pieces.enumerated().map { tokens[$0]?.content ?? $1.text }).union(ids.keys).count
        for token in specialTokens where ids[token.content] == nil {
            var id = model.id(named: token.content)
            if id == model.unknownID, model.pieces[id].text != token.content {
                id = nextID
                nextID += 1
            }
            ids[token.content] = id
            tokens[id] = token
        }
        separate = Set(ids.keys).subtracting(special)
        for token in files.additionalSpecial where id(of: token.content) >= model.pieceCount {
            separate.insert(token.content)
        }
    }

    func id(of text: ByteString) -> Int { ids[text] ?? model.id(named: text) }
}
