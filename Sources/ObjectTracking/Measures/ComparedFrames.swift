import Masks

/// Frames on which found tracks are compared with a reference.
package struct ComparedFrames: Sendable, Equatable {
    /// Ascending.
    package let frames: [Int]
    /// Note on how frames missing in the reference were read; nil if there are none or the reference is explicit.
    package let note: String?

    /// Determines the frames that the reference annotates. MOTChallenge and MOTS text cannot state that a frame has no object.
    /// If its frames are consecutive, a frame without a line has no objects, and anything found there is a false positive; if
    /// they are at steps, frames without a line were not annotated.
    ///
    /// - Parameter clip: all tracked frames, ascending.
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
