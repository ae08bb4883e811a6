import LanguageModels

/// The text around a query. Source: the conversation template "v1" of the published code, Vicuna's.
package enum Conversation {
    /// Placeholder of a frame's tokens in a query.
    package static let imagePlaceholder = "<image>"

    /// Stands for a frame among token ids.
    package static let imageToken = -200

    /// The question about an image that models of images and clips were trained on.
    package static let imageQuery = "Image: <image>\nDescribe the masked region in detail."

    /// The question about a clip's frames that such models were trained on.
    package static func videoQuery(frames: Int) -> String {
        "Video: " + String(repeating: imagePlaceholder, count: frames)
            + "\nGiven the video in the form of a sequence of frames above, "
            + "describe the object in the masked region in the video in detail."
    }

    /// A user's words with a place for each frame: as they are when they have as many placeholders as there are frames,
    /// with the single placeholder repeated when they have one, with the frames in front when they have none. Nil when
    /// the numbers differ in any other way.
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

    /// The whole prompt for a query.
    package static func prompt(_ query: String) -> String {
        "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, "
            + "and polite answers to the user's questions. USER: \(query) ASSISTANT:"
    }

    /// Token ids of a prompt, `imageToken` for each frame: each piece between placeholders is tokenised as if it began a
    /// text, and the token that begins a text is kept once, in front.
    package static func tokens(of prompt: String, _ tokenizer: LlamaTokenizer) -> [Int] {
        let pieces = prompt.components(of: imagePlaceholder).map { tokenizer.encode($0, addBOS: false) }
        return [tokenizer.bosID] + pieces.joined(separator: [imageToken])
    }
}

extension String {
    /// The parts between occurrences of `separator`, found by its scalars: a combining mark after it hides nothing.
    fileprivate func components(of separator: String) -> [String] {
        unicodeScalars.split(separator: separator.unicodeScalars, omittingEmptySubsequences: false)
            .map { String(String.UnicodeScalarView($0)) }
    }
}
