extension JudgeSheet {
    /// Unanswered questions, ready to be asked.
    /// - Parameters:
    ///   - content: answers of an earlier run.
    ///   - view: images for the judge; nil for a text-only judge.
    func questions(after content: AnswerJournal.Content, view: JudgeView?) -> [(place: Place, question: ChatQuestion)] {
        missing.map { place in
            let name = journalQuestion(place), prompt = name.prompt, key = name.key
            let reader = place.question == 0 ? AnswerReader(regions[place.region].recognition) : nil
            let question = ChatQuestion(
                name: name,
                message: { ChatMessage(try view?.parts(of: key, prompt: prompt) ?? [.text(prompt)]) },
                isReadable: { text in reader.map { $0(text).choice != nil } ?? true },
                wasUnread: content.answers[name] != nil)
            return (place, question)
        }
    }

    private func journalQuestion(_ place: Place) -> AnswerJournal.Question {
        AnswerJournal.Question(key: key(place), place: place.question, prompt: prompt(place))
    }

    /// Adds the answers of a journal. An unreadable answer to a recognition question is accepted only once it was given twice.
    mutating func put(_ content: AnswerJournal.Content) {
        for place in missing {
            guard let answers = content.answers[journalQuestion(place)], let last = answers.last?.text else { continue }
            if answers.count > 1 || isReadable(last, at: place) { put(last, at: place) }
        }
    }
}
