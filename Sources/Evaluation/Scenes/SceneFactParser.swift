/// Parses facts about a rendered scene from a caption, using the wordings of a phrase book.
///
/// The longest phrase that begins at a word counts. A colour belongs to the noun after it, otherwise to the first of the object's
/// parts without one. After a word of nearness, "the" and a noun name the nearby thing.
package struct SceneFactParser: Sendable {
    private let meanings: [[Substring]: ScenePhraseBook.Meaning]
    private let longest: Int

    package init(_ phrases: ScenePhraseBook) {
        meanings = phrases.meanings
        longest = meanings.keys.map(\.count).max() ?? 0
    }

    package func callAsFunction(_ caption: String) -> SceneReading {
        let words = caption.lowercased().split { !("a"..."z").contains($0) }
        var draft = Draft()
        var position = words.startIndex
        while position < words.endIndex {
            if let (meaning, length) = phrase(at: position, of: words) {
                draft.take(meaning)
                position += length
            } else {
                draft.pass(words[position])
                position += 1
            }
        }
        return draft.finished()
    }

    private func phrase(at start: Int, of words: [Substring]) -> (ScenePhraseBook.Meaning, Int)? {
        for length in stride(from: min(longest, words.count - start), to: 0, by: -1) {
            if let meaning = meanings[Array(words[start..<start + length])] { return (meaning, length) }
        }
        return nil
    }
}

/// Facts that a caption states about its object; nil for those it does not state.
package struct SceneReading: Equatable, Sendable {
    package var name: String?
    package var colours: [String] = []
    package var scene: String?
    package var side: String?
    package var size: String?
    package var direction: String?
    package var behaviour: String?
    package var relation: SceneRelation?
    /// Classes and landmarks that the caption mentions.
    package var mentions: Set<String> = []

    package init() {}
}

/// A reading under construction, word by word. The first statement of a fact counts.
private struct Draft {
    private var reading = SceneReading()
    /// Colours of the object's parts, by part number.
    private var parts: [Int: String] = [:]
    /// Colours not assigned to a noun yet.
    private var loose: [String] = []
    /// The latest colour, if its noun may still follow.
    private var colour: String?
    /// True after a word of nearness: the next noun names the nearby thing.
    private var expectsReferent = false

    /// Handles a phrase.
    mutating func take(_ meaning: ScenePhraseBook.Meaning) {
        switch meaning {
        case .near:
            releaseColour()
            expectsReferent = true
        case .colour(let value):
            releaseColour()
            colour = value
        case .name(let value):
            if !expectsReferent {
                reading.name = reading.name ?? value
                claimColour(for: 0)
            }
            mention(value)
        case .landmark(let value):
            mention(value)
        case .part(let part):
            claimColour(for: part)
            (colour, expectsReferent) = (nil, false)
        case .scene(let value): set(\.scene, value)
        case .side(let value): set(\.side, value)
        case .size(let value): set(\.size, value)
        case .direction(let value): set(\.direction, value)
        case .behaviour(let value): set(\.behaviour, value)
        }
    }

    /// Handles a word outside any phrase.
    mutating func pass(_ word: Substring) {
        guard word != "the" else { return }
        releaseColour()
        expectsReferent = false
    }

    consuming func finished() -> SceneReading {
        releaseColour()
        for colour in loose {
            let part = parts[0] == nil ? 0 : 1
            if parts[part] == nil { parts[part] = colour }
        }
        reading.colours = parts.keys.sorted().compactMap { parts[$0] }
        return reading
    }

    private mutating func set(_ fact: WritableKeyPath<SceneReading, String?>, _ value: String) {
        if reading[keyPath: fact] == nil { reading[keyPath: fact] = value }
        expectsReferent = false
    }

    private mutating func mention(_ value: String) {
        reading.mentions.insert(value)
        if expectsReferent, reading.relation == nil { reading.relation = SceneRelation(referent: value, colour: colour) }
        (colour, expectsReferent) = (nil, false)
    }

    private mutating func claimColour(for part: Int) {
        if let colour, parts[part] == nil { parts[part] = colour }
        colour = nil
    }

    private mutating func releaseColour() {
        if let colour { loose.append(colour) }
        colour = nil
    }
}
