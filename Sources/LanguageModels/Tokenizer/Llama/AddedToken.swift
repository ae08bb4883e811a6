/// A token that is matched in the text before SentencePiece sees it.
struct AddedToken: Sendable {
    let content: ByteString
    /// Whether it takes in the white space to its left and right.
    var stripsLeft = false, stripsRight = false
    /// Whether it counts only between spaces (or at an end).
    var isSingleWord = false
}
