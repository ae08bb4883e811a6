/// State of tracking one object.
struct TrackedObject {
    var bank = MemoryBank()
    /// Answers to prompts that tracking has not begun from yet, by frame, and whether they become conditioning frames.
    var pending: [Int: (output: ObjectOutput, isConditioning: Bool)] = [:]
    /// Points given so far on each frame, in pixels of the model's picture.
    var points: [Int: [PromptPoint]] = [:]
    /// Frames that were tracked, and whether backwards.
    var directions: [Int: Bool] = [:]

    /// The latest mask on a frame.
    func output(at frame: Int) -> ObjectOutput? { pending[frame]?.output ?? bank.output(at: frame) }

    /// Takes the answers to prompts in among what is remembered.
    mutating func settle() {
        for (frame, answer) in pending {
            if answer.isConditioning {
                bank.condition(frame, on: answer.output)
            } else if bank.conditioning[frame] == nil {
                bank.track(frame, answer.output)
            }
        }
        pending = [:]
    }
}
