import Imaging

/// The wording of a judge's prompts: a template for caption and question, and the recognition question.
package struct JudgeWording: Equatable, Sendable {
    /// Name in results; scores with different wordings are not comparable.
    package let name: String
    let template: PromptTemplate
    /// Recognition question about one object, with `{name}` including its article; nil if unknown.
    let recognitionOne: String?
    /// Recognition question about several objects; nil if unknown.
    let recognitionMany: String?
    /// Recognition questions of a cache by region, which take precedence.
    let recognitions: [String: String]

    init(
        name: String, template: PromptTemplate, recognitionOne: String?, recognitionMany: String?,
        recognitions: [String: String] = [:]
    ) {
        (self.name, self.template, self.recognitions) = (name, template, recognitions)
        (self.recognitionOne, self.recognitionMany) = (recognitionOne, recognitionMany)
    }

    /// The program's own wording.
    package static let own = JudgeWording(
        name: "damvideo-1",
        template: PromptTemplate(
            before: """
                You are given a written description of an object in a picture and a multiple-choice question about the \
                description. Choose the answer by these rules:
                1. Reply with exactly one of the choices and nothing else: give no reasons, correct nothing, and leave out the \
                question.
                2. The words need not be the same. Take the choice that comes closest to the description.

                Description:

                """,
            between: "\n\nAnswer this question about the description with one of its choices:\n", after: "\n", isCaptionFirst: true),
        recognitionOne: "Could the described object be {name}, or something of a similar kind? It need not be the very same.",
        recognitionMany: "Could the described objects be {name}, or something of a similar kind? They need not be the very same.")

    /// The program's own wording for a judge that sees the object.
    package static let ownWithPictures = JudgeWording(
        name: "damvideo-1-pictures",
        template: PromptTemplate(
            before: """
                You are given a written description of the object in the picture and a multiple-choice question about the \
                description. Choose the answer by these rules:
                1. Reply with exactly one of the choices and nothing else: give no reasons, correct nothing, and leave out the \
                question.
                2. The words need not be the same. Take the choice that comes closest to the description.

                Description:

                """,
            between: own.template.between, after: own.template.after, isCaptionFirst: true),
        recognitionOne: "The object in the picture is {name}. Could the described object be that, or something of a similar kind?",
        recognitionMany: "The objects in the picture are {name}. Could the described objects be those, or something of a similar kind?")

    /// The program's own wording with this template; nil for other templates.
    static func own(with template: PromptTemplate) -> JudgeWording? { [own, ownWithPictures].first { $0.template == template } }

    /// True if this is one of the program's own wordings.
    package var isOwn: Bool { Self.isOwn(name) }

    /// True if a name is that of one of the program's own wordings.
    package static func isOwn(_ name: String) -> Bool { [own, ownWithPictures].contains { $0.name == name } }

    func prompt(caption: String, question: DLCQuestion) -> String { template.text(caption: caption, question: question.text) }

    /// The question whether a caption's object is the right one.
    /// - Throws: `InputError` if the wording's source lacks it.
    func recognition(of region: DLCBenchmark.Region) throws -> DLCQuestion {
        if let known = recognitions[region.key] { return DLCQuestion(recognition: known) }
        guard let name = region.name else {
            guard let stored = region.recognition else { throw unknown(region.key) }
            return stored
        }
        let isMany = ObjectName.isMany(name)
        guard let template = isMany ? recognitionMany : recognitionOne else { throw unknown(region.key) }
        return DLCQuestion(recognition: template.replacing("{name}", with: isMany ? name : ObjectName.withArticle(name)))
    }

    private func unknown(_ key: String) -> InputError {
        InputError(
            .usage, "wording of \(name)", found: "no recognition question for region \(key)",
            expected: "another source of the wording (--judge-prompt, --judge-prompt-from)")
    }
}

/// The name of a region's object in a sentence, as in the benchmark's program.
enum ObjectName {
    /// True for a plural name: any that ends in s except "bus", as in the published program.
    static func isMany(_ name: String) -> Bool { name.hasSuffix("s") && name != "bus" }

    static func withArticle(_ name: String) -> String {
        let isVowel = name.lowercased().first.map { "aeio".contains($0) } ?? false
        return (isVowel ? "an " : "a ") + name
    }
}

/// The text around a caption and a question.
struct PromptTemplate: Equatable, Hashable, Sendable {
    let before: String
    let between: String
    let after: String
    /// False if the question precedes the caption.
    let isCaptionFirst: Bool

    func text(caption: String, question: String) -> String {
        before + (isCaptionFirst ? caption + between + question : question + between + caption) + after
    }
}
