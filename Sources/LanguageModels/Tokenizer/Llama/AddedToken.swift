/// A token that is matched in the text before SentencePiece runs.
struct AddedToken: Sendable {
    let content: ByteString
    /// True if it absorbs the white space to its left or right.
    var stripsLeft = false, stripsRight = false
    /// True if it matches only between spaces (or at an end).
    var isSingleWord = false
}
