import Evaluation
import Foundation
import TestSupport
import Testing

/// If these fail, a judge gets another prompt than the user thinks, and incomparable scores are compared.
struct WordingTests {
    private let template = """
        {"judge": "Q: {question}\\nText: {caption} (end)", "recognition_one": "Is it {name}?", "recognition_many": "Are they {name}?"}
        """

    private func write(_ text: String, _ folder: URL) throws -> String {
        let path = folder.appending(path: "template.json").path
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func aTemplateIsUsedAndRecoveredFromItsCache() throws {
        let server = try DLCSample.judge()
        defer { server.stop() }
        try DLCSample.withFolder { folder in
            var files = DLCSample.files(folder)
            files.wording = .template(try write(template, folder))
            var judgement = try DLCJudgement(files, mayBeNew: true)
            try judgement.ask(DLCSample.endpoint(server), settings: DLCSample.settings, overwrites: false) { _ in }
            let prompts = Set(server.requests.map(DLCSample.prompt))
            #expect(prompts.contains("Q: Is it a red apple?\nA. Yes\nB. No\nText: A round apple, shiny — \"red\". (end)"))
            #expect(prompts.contains("Q: Are they scissors?\nA. Yes\nB. No\nText: Two blades of metal. (end)"))
            // Another file of captions is judged with the same wording, from the cache alone.
            try FileManager.default.copyItem(
                at: folder.appending(path: "captions_eval.json"), to: folder.appending(path: "published_eval.json"))
            try FileManager.default.removeItem(at: folder.appending(path: "captions_eval.json"))
            var again = DLCSample.files(folder)
            again.wording = .cache(folder.appending(path: "published_eval.json").path)
            var second = try DLCJudgement(again, mayBeNew: true)
            #expect(!second.wording.isOwn && second.wording.name.hasSuffix("published_eval.json"))
            let before = server.requests.count
            try second.ask(DLCSample.endpoint(server), settings: DLCSample.settings, overwrites: false) { _ in }
            #expect(server.requests.count - before == 15 && Set(server.requests.map(DLCSample.prompt)) == prompts)
            // An existing cache determines the wording.
            #expect(try DLCJudgement(DLCSample.files(folder), mayBeNew: false).results().count == 4)
        }
    }

    @Test(arguments: [
        ("{caption}", "{text}", "judge: found {caption} 0 times and {question} 1 times, expected each once"),
        ("Is it {name}", "Is it a {name}", "recognition_one: found an article before {name}, expected {name} alone, which brings its own"),
        ("Are they {name}", "Are they", "recognition_many: found no {name}, expected one or more"),
        ("recognition_one", "recognition", "template.json: found no \"recognition_one\", expected one"),
    ])
    func invalidTemplatesAreRefused(old: String, new: String, expected: String) throws {
        try DLCSample.withFolder { folder in
            let path = try write(template.replacing(old, with: new), folder)
            do {
                _ = try JudgeWording(template: path)
                Issue.record("no error")
            } catch { #expect("\(error)".hasSuffix(expected)) }
        }
    }
}
