/// State of tracking one object.
struct TrackedObject {
    var bank = MemoryBank()
    /// Answers to prompts since tracking last started, by frame, and true for those that become conditioning frames.
    var pending: [Int: (output: ObjectOutput, isConditioning: Bool)] = [:]
    /// Points given so far on each frame, in pixels of the model's input.
    var points: [Int: [PromptPoint]] = [:]
    /// Tracked frames, and true for those tracked backwards.
    var directions: [Int: Bool] = [:]

    /// The latest mask on a frame.
    func output(at frame: Int) -> ObjectOutput? { pending[frame]?.output ?? bank.output(at: frame) }

    /// Moves the answers to prompts into the memory bank.
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
