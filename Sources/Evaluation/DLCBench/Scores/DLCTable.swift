import Files
import Foundation

/// A table with a row per question, for spreadsheets.
package enum DLCTable {
    private static let columns = [
        "key", "image", "class", "type", "subtype", "question_index", "choices", "answer", "rule", "index", "score",
        "gated_score", "recognised", "caption",
    ]

    package static func csv(_ results: [DLCRegionResult], annotations: DLCAnnotations?) -> Data {
        let pictures = Dictionary(
            (annotations?.regions ?? []).map { ($0.key, $0.picture.file) }, uniquingKeysWith: { first, _ in first })
        let rows = results.flatMap { result in
            ([result.recognition] + result.answers).map { row($0, of: result, picture: pictures[result.key] ?? "") }
        }
        return Data(([columns] + rows).map(CSV.row).joined().utf8)
    }

    private static func row(_ answer: DLCAnswer, of result: DLCRegionResult, picture: String) -> [String] {
        let question = answer.question, isRecognition = question.kind == .recognition
        let choices = zip(DLCQuestion.letters, question.choices).map { letter, choice in
            "\(letter.uppercased()). \(choice.text) (\(number(choice.points)))"
        }
        return [
            result.key, picture, result.name ?? "", question.kind.rawValue, question.subtype ?? "",
            answer.number.map { "\($0)" } ?? "", (isRecognition ? question.question + " " : "") + choices.joined(separator: " | "),
            answer.response, "\(answer.reading.rule.rawValue)", answer.reading.choice.map { "\($0)" } ?? "",
            number(answer.ungated), number(answer.points), result.isRecognised ? "1" : "0", result.caption,
        ]
    }

    /// Formats integers without a decimal point.
    private static func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}
