import Masks

/// Frames on which found tracks are compared with those of a reference.
package struct ComparedFrames: Sendable, Equatable {
    /// Ascending.
    package let frames: [Int]
    /// Note on the reading of frames that the reference does not mention; nil if there are none or it says itself.
    package let note: String?

    /// The frames the reference annotates. MOTChallenge and MOTS text cannot say that a frame has no object: where its
    /// frames follow each other, a frame without a line is one, and what is found there is false; where there are steps
    /// between them, the frames without a line were not looked at.
    ///
    /// - Parameter clip: all frames that were tracked, ascending.
    package init(of reference: any MaskSource, in clip: [Int]) {
        let known = Set(clip), annotated = reference.annotatedFrames.filter(known.contains)
        let isText = reference.format == .motChallenge || reference.format == .mots
        guard isText, annotated.count < clip.count else {
            (frames, note) = (annotated, nil)
            return
        }
        let steps = zip(reference.annotatedFrames.dropFirst(), reference.annotatedFrames).map { $0 - $1 }
        let isComplete = !steps.isEmpty && 2 * steps.count { $0 == 1 } >= steps.count
        frames = isComplete ? clip : annotated
        let rest = clip.count - annotated.count
        note = "\(reference.path): \(rest) of \(clip.count) frames without a line: "
            + (isComplete ? "taken for frames without an object" : "taken for frames that were not annotated, and not compared")
    }
}
