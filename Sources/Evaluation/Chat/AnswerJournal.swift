import Files
import Foundation
import Imaging

/// A model's answers in a journal next to their final file, one line each as they arrive, so that no question is asked again
/// however the run ends.
package final class AnswerJournal {
    private static let format = "damvideo-judge-1"

    /// The question of an answer; its prompt distinguishes captions.
    package struct Question: Hashable, Sendable {
        package let key: String
        package let place: Int
        package let prompt: String

        package init(key: String, place: Int, prompt: String) {
            (self.key, self.place, self.prompt) = (key, place, prompt)
        }
    }

    /// The answers in a journal by question, earliest first.
    package struct Content {
        package fileprivate(set) var judge: String?
        package fileprivate(set) var answers: [Question: [ChatAnswer]] = [:]
        /// The journal without a truncated last line.
        fileprivate var lines = Data()
    }

    package let path: String
    private var file: GrowingFile?
    private let head: Data
    private let earlier: Data

    package static func path(of output: String) -> String { output + ".journal" }

    /// - Parameter content: contents of the existing journal.
    package init(_ path: String, judge: String, after content: Content) {
        self.path = path
        head = Self.line(["journal": .string(Self.format), "judge": .string(judge)])
        earlier = content.lines
    }

    /// Appends an answer; it is on disk when the call returns.
    func add(_ answer: ChatAnswer, to question: Question) throws {
        var fields: OrderedObject = [
            "key": .string(question.key), "question": .number(question.place), "prompt": .string(question.prompt),
            "answer": .string(answer.text),
        ]
        fields["finish_reason"] = answer.finishReason.map { .string($0) }
        fields["tokens"] = answer.tokens.map { .number($0) }
        let line = Self.line(fields)
        if let file { return try file.append(line) }
        file = try GrowingFile(path, beginning: (earlier.isEmpty ? head : earlier) + line, replaces: true)
    }

    /// Removes the journal once all answers are in the file.
    package static func remove(_ path: String) { _ = path.withPath { unlink($0) } }

    /// Contents of a journal; empty if there is none. A truncated last line is dropped.
    /// - Throws: `InputError` for a file that is not a journal.
    package static func content(_ path: String) throws -> Content {
        guard let data = fileContents(path) else { return Content() }
        var content = Content(), start = data.startIndex, number = 0
        while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
            number += 1
            let json = try JSONPlace(OrderedJSON(Array(data[start..<end]), path: "\(path): line \(number)"), at: "\(path): line \(number)")
            if number == 1 {
                guard try json.optional("journal")?.string() == format else { throw json.wrong(expected: "a journal of answers") }
                content.judge = try json["judge"].string()
            } else {
                let question = Question(
                    key: try json["key"].string(), place: try json["question"].integer(), prompt: try json["prompt"].string())
                let answer = ChatAnswer(
                    text: try json["answer"].string(), finishReason: try json.optional("finish_reason")?.string(),
                    tokens: try json.optional("tokens")?.integer())
                content.answers[question, default: []].append(answer)
            }
            start = end + 1
        }
        content.lines = number > 0 ? Data(data[..<start]) : Data()
        return content
    }

    private static func line(_ object: OrderedObject) -> Data { PythonJSON.line(.object(object)) }
}
