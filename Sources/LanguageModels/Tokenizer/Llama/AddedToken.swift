/// A token that is matched in the text before SentencePiece sees it.
struct AddedToken: Sendable {
    let content: ByteString
    /// True if it takes in the white space to its left or right.
    var stripsLeft = false, stripsRight = false
    /// True if it counts only between spaces (or at an end).
    var isSingleWord = false
}
