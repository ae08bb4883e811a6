import LanguageModels

/// The prompt template around a query. Source: the conversation template "v1" of the published code, which is Vicuna's.
package enum Conversation {
    /// Placeholder of a frame's tokens in a query.
    package static let imagePlaceholder = "<image>"

    /// Token id that stands for a frame.
    package static let imageToken = -200

    /// The question about an image on which joint image and video models were trained.
    package static let imageQuery = "Image: <image>\nDescribe the masked region in detail."

    /// The question about a clip's frames on which joint image and video models were trained.
    package static func videoQuery(frames: Int) -> String {
        "Video: " + String(repeating: imagePlaceholder, count: frames)
            + "\nGiven the video in the form of a sequence of frames above, "
            + "describe the object in the masked region in the video in detail."
    }

    /// Returns a user's query with one placeholder per frame. A query with one placeholder for each frame is returned unchanged;
    /// a single placeholder is repeated; without placeholders, they are prepended. nil for any other number.
    package static func query(_ words: String, frames: Int) -> String? {
        let all = String(repeating: imagePlaceholder, count: frames)
        switch words.components(of: imagePlaceholder).count - 1 {
        case frames: return words
        case 0: return (frames == 1 ? "Image: " : "Video: ") + all + "\n" + words
        case 1:
            return words.components(of: imagePlaceholder).joined(separator: all)
        default: return nil
        }
    }

    /// The whole prompt of a query.
    package static func prompt(_ query: String) -> String {
        "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, "
            + "and polite answers to the user's questions. USER: \(query) ASSISTANT:"
    }

    /// Token ids of a prompt, with `imageToken` for each frame. Each piece between placeholders is tokenised as a text of its
    /// own, without BOS; one BOS token begins the prompt.
    package static func tokens(of prompt: String, _ tokenizer: LlamaTokenizer) -> [Int] {
        let pieces = prompt.components(of: imagePlaceholder).map { tokenizer.encode($0, addBOS: false) }
        return [tokenizer.bosID] + pieces.joined(separator: [imageToken])
    }
}

extension String {
    /// The parts between occurrences of `separator`, compared by Unicode scalars, because a combining mark after the separator
    /// would hide it from a comparison by characters.
    fileprivate func components(of separator: String) -> [String] {
        unicodeScalars.split(separator: separator.unicodeScalars, omittingEmptySubsequences: false)
            .map { String(String.UnicodeScalarView($0)) }
    }
}
