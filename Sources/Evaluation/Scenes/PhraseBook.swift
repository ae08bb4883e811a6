/// `phrases.json` of a scene set: the wordings of each fact.
package struct PhraseBook: Decodable, Sendable {
    private let classes, colours, landmarks, scenes, sides, sizes, directions, behaviours: [String: [String]]
    /// Nouns of an object's parts by number: jacket and cab are part 0, trousers and box part 1.
    private let parts: [String: [String]]
    /// Words of nearness.
    private let near: [String]

    /// What a phrase says.
    enum Meaning: Equatable, Sendable {
        case name(String), colour(String), part(Int), landmark(String), near
        case scene(String), side(String), size(String), direction(String), behaviour(String)
    }

    /// Meanings by the words of the phrase.
    var meanings: [[Substring]: Meaning] {
        var result: [[Substring]: Meaning] = [:]
        func add(_ values: [String: [String]], _ meaning: (String) -> Meaning?) {
            for (value, wordings) in values {
                for wording in wordings { result[wording.split(separator: " ")] = meaning(value) }
            }
        }
        add(classes, Meaning.name)
        add(colours, Meaning.colour)
        add(landmarks, Meaning.landmark)
        add(scenes, Meaning.scene)
        add(sides, Meaning.side)
        add(sizes, Meaning.size)
        add(directions, Meaning.direction)
        add(behaviours, Meaning.behaviour)
        add(parts) { Int($0).map(Meaning.part) }
        add(["": near]) { _ in .near }
        return result
    }
}
