import Imaging

/// The words a judge is asked with: a template for caption and question, and the recognition question.
package struct JudgeWording: Equatable, Sendable {
    /// Name for results: figures of two wordings are not comparable.
    package let name: String
    let template: PromptTemplate
    /// Recognition question about one object, `{name}` with its article; nil where it is not known.
    let recognitionOne: String?
    /// Recognition question about several objects; nil where it is not known.
    let recognitionMany: String?
    /// Recognition questions of a cache by region, taken before the others.
    let recognitions: [String: String]

    init(
        name: String, template: PromptTemplate, recognitionOne: String?, recognitionMany: String?,
        recognitions: [String: String] = [:]
    ) {
        (self.name, self.template, self.recognitions) = (name, template, recognitions)
        (self.recognitionOne, self.recognitionMany) = (recognitionOne, recognitionMany)
    }

    /// The program's own words.
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

    /// The program's own words to a judge that is shown the object.
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

    /// The program's own wording with this template; nil for another's.
    static func own(with template: PromptTemplate) -> JudgeWording? { [own, ownWithPictures].first { $0.template == template } }

    /// True if this is one of the program's own wordings.
    package var isOwn: Bool { Self.isOwn(name) }

    /// True for the name of one of the program's own wordings.
    package static func isOwn(_ name: String) -> Bool { [own, ownWithPictures].contains { $0.name == name } }

    func prompt(caption: String, question: DLCQuestion) -> String { template.text(caption: caption, question: question.text) }

    /// The question whether a caption's object is what it should be.
    /// - Throws: `InputError` where the wording's source does not have it.
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

/// The name of a region's object in a sentence, as the benchmark's program has it.
enum ObjectName {
    /// True for a name in the plural: any that ends in s but "bus", as the published program takes the benchmark's names.
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
    /// False if the question stands before the caption.
    let isCaptionFirst: Bool

    func text(caption: String, question: String) -> String {
        before + (isCaptionFirst ? caption + between + question : question + between + caption) + after
    }
}
