/// Error for a prompt that does not fit its clip, or for tracking without a prompt to start from.
package enum VideoPromptError: Error, Equatable, CustomStringConvertible {
    case empty
    case frame(Int, count: Int)
    case maskSize(mask: [Int], clip: [Int])
    case noPrompt
    case unconditioned

    package var description: String {
        switch self {
        case .empty: "found a prompt without points or box, expected one of them"
        case .frame(let frame, let count): "found a prompt on frame \(frame), expected one from 0 to \(count - 1)"
        case .maskSize(let mask, let clip): "found a mask of \(mask[0])x\(mask[1]), expected \(clip[0])x\(clip[1]), as the clip"
        case .noPrompt: "found no prompt, expected one to start from"
        case .unconditioned: "found an object without a prompt of its own, expected one to start from"
        }
    }
}
