/// Points and a box that indicate one object in one frame.
package struct FramePrompt: Sendable, Equatable {
    package let frame: Int
    package let object: Int
    package let prompt: PicturePrompt

    package init(frame: Int, object: Int, _ prompt: PicturePrompt) {
        self.frame = frame
        self.object = object
        self.prompt = prompt
    }
}

extension SegmentAnythingVideoPredictor {
    /// Adds prompts in frame order, like a user who propagates and then corrects: before each frame with prompts after the
    /// first, the clip is tracked from the first one up to that frame, so that the result there builds on memories and on the
    /// tracked mask. Objects without a prompt there need not be tracked for that. Features of the frames in between are cached,
    /// because these are visited again.
    /// - Parameters:
    ///   - prompts: one for each object and frame.
    ///   - onFrame: called with each visited frame after its prompts, with the masks of the objects they are for; an error it
    ///     throws ends the call.
    /// - Returns: the first frame with a prompt; nil if there is none.
    /// - Throws: as `add`, before anything is computed, and what `onFrame` throws.
    package func add(
        inOrder prompts: [FramePrompt], onFrame: (_ frame: Int, _ answers: [ObjectMask]) throws -> Void = { _, _ in }
    ) throws -> Int? {
        for prompt in prompts { try check(prompt.prompt, at: prompt.frame) }
        let byFrame = Dictionary(grouping: prompts, by: \.frame), frames = byFrame.keys.sorted()
        guard let first = frames.first, let last = frames.last else { return nil }
        let areCorrected = Set(prompts.map(\.object)).count < prompts.count
        keepFeatures(of: areCorrected ? Set(first...last) : Set(frames))
        var known: Set<Int> = []
        for frame in frames {
            let here = byFrame[frame] ?? [], corrected = here.map(\.object).filter(known.contains)
            if !corrected.isEmpty { try advance(corrected, from: first, through: frame) { try onFrame($0, []) } }
            var found: [ObjectMask] = []
            for prompt in here { found = try add(prompt.prompt, at: frame, object: prompt.object) }
            known.formUnion(here.map(\.object))
            try onFrame(frame, found.filter { mask in here.contains { $0.object == mask.object } })
        }
        return first
    }
}
