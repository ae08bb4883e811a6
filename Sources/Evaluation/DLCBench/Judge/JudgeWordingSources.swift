import Imaging

extension JudgeWording {
    /// The wording of a template file: JSON with `judge`, containing {caption} and {question}, and `recognition_one` and
    /// `recognition_many`, containing {name}.
    /// - Throws: `InputError` for a missing or invalid file.
    package init(template path: String) throws {
        let file = try JSONPlace(file: path, expected: "a template of a judge's prompt")
        let judge = try file["judge"], one = try file["recognition_one"], many = try file["recognition_many"]
        self.init(
            name: "of \(path)", template: try Self.template(judge), recognitionOne: try Self.recognition(one),
            recognitionMany: try Self.recognition(many))
        let text = recognitionOne ?? ""
        // The name includes its article.
        guard text.firstMatch(of: /\b(?:[Aa]|[Aa]n|a\/an) \{name\}/) == nil else {
            throw InputError(.invalid, one.place, found: "an article before {name}", expected: "{name} alone, which brings its own")
        }
    }

    private static func template(_ json: JSONPlace) throws -> PromptTemplate {
        let text = try json.string(), captions = text.ranges(of: "{caption}"), questions = text.ranges(of: "{question}")
        guard captions.count == 1, questions.count == 1 else {
            throw InputError(
                .invalid, json.place, found: "{caption} \(captions.count) times and {question} \(questions.count) times",
                expected: "each once")
        }
        let isCaptionFirst = captions[0].lowerBound < questions[0].lowerBound
        let parts = isCaptionFirst ? (captions[0], questions[0]) : (questions[0], captions[0])
        return PromptTemplate(
            before: String(text[..<parts.0.lowerBound]), between: String(text[parts.0.upperBound..<parts.1.lowerBound]),
            after: String(text[parts.1.upperBound...]), isCaptionFirst: isCaptionFirst)
    }

    private static func recognition(_ json: JSONPlace) throws -> String {
        let text = try json.string(), names = text.ranges(of: "{name}").count
        guard names > 0 else { throw InputError(.invalid, json.place, found: "no {name}", expected: "one or more") }
        return text
    }

    /// The wording from which the prompts of a judge cache were made.
    /// - Parameter names: names of the regions' objects, for recognition questions of other regions; nil if unknown.
    /// - Throws: `InputError` if the prompts do not determine it.
    package init(of cache: DLCCache, names: [String: String]) throws {
        let template = try Self.template(of: cache)
        var one: String?, many: String?
        for entry in cache.entries {
            guard let name = names[entry.key] else { continue }
            let isMany = ObjectName.isMany(name), question = entry.recognition.question
            let places = question.ranges(of: isMany ? name : ObjectName.withArticle(name))
            guard places.count == 1, isMany ? many == nil : one == nil else { continue }
            let text = question.replacingCharacters(in: places[0], with: "{name}")
            if isMany { many = text } else { one = text }
        }
        // An incomplete cache may lack regions of either kind.
        let own = Self.own(with: template)
        self.init(
            name: own?.name ?? "of \(cache.path)", template: template, recognitionOne: one ?? own?.recognitionOne,
            recognitionMany: many ?? own?.recognitionMany,
            recognitions: Dictionary(uniqueKeysWithValues: cache.entries.map { ($0.key, $0.recognition.question) }))
    }

    /// The template that reproduces most of a cache's prompts.
    private static func template(of cache: DLCCache) throws -> PromptTemplate {
        let candidates = cache.entries.filter { !$0.caption.isEmpty }.max { $0.caption.utf8.count < $1.caption.utf8.count }
            .map { entry in
                Set(entry.prompts.enumerated().flatMap { place, prompt in
                    templates(of: prompt, caption: entry.caption, question: entry.question(place).text)
                })
            } ?? []
        let ranked = candidates.map { template in (template: template, count: rebuilt(cache, by: template)) }
            .sorted { $0.count > $1.count }
        guard let best = ranked.first else {
            throw InputError(
                .invalid, cache.path, found: "no stored prompt with its caption and question in it",
                expected: "prompts that tell their wording, or --judge-prompt")
        }
        guard ranked.count < 2 || ranked[1].count < best.count else {
            throw InputError(
                .invalid, cache.path, found: "prompts that could be of two wordings", expected: "prompts that tell, or --judge-prompt")
        }
        return best.template
    }

    private static func rebuilt(_ cache: DLCCache, by template: PromptTemplate) -> Int {
        cache.entries.reduce(0) { sum, entry in
            sum + entry.prompts.indices.count {
                entry.prompts[$0] == template.text(caption: entry.caption, question: entry.question($0).text)
            }
        }
    }

    /// All ways to split a prompt around a caption and a question.
    private static func templates(of prompt: String, caption: String, question: String) -> [PromptTemplate] {
        prompt.ranges(of: question).flatMap { asked in
            prompt.ranges(of: caption).compactMap { described in
                guard !asked.overlaps(described) else { return nil }
                let isCaptionFirst = described.lowerBound < asked.lowerBound
                let (first, second) = isCaptionFirst ? (described, asked) : (asked, described)
                return PromptTemplate(
                    before: String(prompt[..<first.lowerBound]), between: String(prompt[first.upperBound..<second.lowerBound]),
                    after: String(prompt[second.upperBound...]), isCaptionFirst: isCaptionFirst)
            }
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
