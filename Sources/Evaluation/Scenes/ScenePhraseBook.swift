/// Wordings of each fact about a rendered scene: `phrases.json` of a scene set.
package struct ScenePhraseBook: Decodable, Sendable {
    private let classes, colours, landmarks, scenes, sides, sizes, directions, behaviours: [String: [String]]
    /// Nouns for an object's parts, by part number: jacket and cab are part 0, trousers and box part 1.
    private let parts: [String: [String]]
    /// Words for nearness.
    private let near: [String]

    /// The fact, or part of one, that a phrase states.
    enum Meaning: Equatable, Sendable {
        case name(String), colour(String), part(Int), landmark(String), near
        case scene(String), side(String), size(String), direction(String), behaviour(String)
    }

    /// Meaning of each phrase, by its words.
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
