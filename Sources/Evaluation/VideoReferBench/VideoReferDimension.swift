import Files
import Foundation
import Imaging

/// The four dimensions that VideoRefer-Bench-D scores from 0 to 5. Source: Yuan et al., "VideoRefer Suite" (CVPR 2025), section
/// 5, and the keys of its published scores.
package enum VideoReferDimension: String, CaseIterable, Sendable {
    case subject = "Subject Correspondence"
    case appearance = "Appearance Description"
    case temporal = "Temporal Description"
    /// High if nothing is hallucinated.
    case hallucination = "Hallucination Detection"

    /// Initials, which judges use as keys.
    private var initials: String { String(rawValue.split(separator: " ").compactMap(\.first)) }

    private init?(key: some StringProtocol) {
        let letters = key.lowercased().filter(\.isLetter)
        guard let found = Self.allCases.first(where: {
            letters == $0.initials.lowercased() || letters == $0.rawValue.lowercased().filter(\.isLetter)
        }) else { return nil }
        self = found
    }

    /// The scores in a judge's answer: a name, a colon or equals sign, and a number from 0 to 5. If a name occurs several times
    /// the last score counts; names without a score are skipped.
    package static func scores(in answer: String) -> [VideoReferDimension: Double] {
        let pairs = answer.matches(of: #/
            \b(subject[\ _]?correspondence|appearance[\ _]?description|temporal[\ _]?description|hallucination[\ _]?detection|sc|ad|td|hd)\b
            ["'*`\s]* (?:\([a-z]+\))? ["'*`\s]* [:=] ["'*`\s]* (?:\{\s*["']?score["']?\s*:\s*["']?)? (\d+(?:\.\d+)?)
            /#.ignoresCase())
        return pairs.reduce(into: [:]) { scores, pair in
            guard let dimension = VideoReferDimension(key: pair.1), let score = Double(pair.2), score <= 5 else { return }
            scores[dimension] = score
        }
    }
}

/// The wording of the prompt to a judge of descriptions.
package struct VideoReferWording: Equatable, Sendable {
    /// Name in results; scores with different wordings are not comparable.
    package let name: String
    /// The system message.
    let system: String

    /// The program's own wording.
    package static let own = VideoReferWording(
        name: "damvideo-1",
        system: """
            You are given two descriptions of the same object in a video: a correct answer and a predicted one. Compare the predicted \
            answer with the correct one and give it four scores. Each is a whole number from 0 (all wrong) to 5 (all right).
            Subject Correspondence: is the predicted answer about the object of the correct one?
            Appearance Description: are colours, shapes, textures and other looks those of the correct answer?
            Temporal Description: are the object's movements and actions those of the correct answer?
            Hallucination Detection: is the predicted answer free of things, actions and conclusions that are not in the correct one? 5 if \
            nothing is invented.
            Answer with a dictionary and nothing else, in this form: {"Subject Correspondence": 0, "Appearance Description": 0, \
            "Temporal Description": 0, "Hallucination Detection": 0}
            """)

    init(name: String, system: String) { (self.name, self.system) = (name, system) }

    /// The text of a file, such as the benchmark's `system.txt`.
    /// - Throws: `InputError` for a missing or empty file.
    package init(path: String) throws {
        guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file") }
        let text = String(decoding: data, as: UTF8.self)
        guard !PythonText.stripped(text).isEmpty else {
            throw InputError(.invalid, path, found: "no text", expected: "the judge's instructions")
        }
        self.init(name: "of \(path)", system: text)
    }

    /// The user's message, with the benchmark's labels.
    func prompt(reference: String, caption: String) -> String { "##Correct answer: \(reference)\n##Predicted answer: \(caption)\n" }
}
