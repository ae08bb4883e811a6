/// What is true of one object of a sample scene (`Samples/scenes/facts.py`). Where a fact is nil the picture does not
/// settle it, and nothing is asked.
struct SceneFacts: Decodable, Equatable, Sendable {
    /// The class: person, car, ...
    let name: String
    /// One; of a person jacket and trousers, of a truck cab and box.
    let colours: [String]
    let scene: String
    /// Part of the picture the object stays in: left, middle, right.
    let side: String?
    /// Small or large in the picture.
    let size: String?
    let direction: String?
    let behaviour: String?
    let relation: SceneRelation?
}

/// What an object is near to: a landmark, or an object of a colour.
struct SceneRelation: Decodable, Equatable, Sendable {
    let referent: String
    let colour: String?
}

/// `facts.json` of one clip: records by track id, of the clip and of its picture.
struct SceneClipFacts: Decodable, Sendable {
    let tracks: [String: SceneFacts]
    let pictures: [String: SceneFacts]
    /// Classes and landmarks that are there: a caption that speaks of another invents it.
    let present: Set<String>
}
