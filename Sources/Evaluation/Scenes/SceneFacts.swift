/// What is true of one object of a sample scene (`Samples/scenes/facts.py`). Where a fact is nil the picture does not
/// settle it, and nothing is asked.
package struct SceneFacts: Decodable, Equatable, Sendable {
    /// The class: person, car, ...
    package let name: String
    /// One; of a person jacket and trousers, of a truck cab and box.
    package let colours: [String]
    package let scene: String
    /// Part of the picture the object stays in: left, middle, right.
    package let side: String?
    /// Small or large in the picture.
    package let size: String?
    package let direction: String?
    package let behaviour: String?
    package let relation: SceneRelation?

    package init(
        name: String, colours: [String], scene: String, side: String? = nil, size: String? = nil, direction: String? = nil,
        behaviour: String? = nil, relation: SceneRelation? = nil
    ) {
        (self.name, self.colours, self.scene, self.side, self.size) = (name, colours, scene, side, size)
        (self.direction, self.behaviour, self.relation) = (direction, behaviour, relation)
    }
}

/// What an object is near to: a landmark, or an object of a colour.
package struct SceneRelation: Decodable, Equatable, Sendable {
    package let referent: String
    package let colour: String?

    package init(referent: String, colour: String? = nil) {
        (self.referent, self.colour) = (referent, colour)
    }
}

/// `facts.json` of one clip: records by track id, of the clip and of its picture.
struct SceneClipFacts: Decodable, Sendable {
    let tracks: [String: SceneFacts]
    let pictures: [String: SceneFacts]
    /// Classes and landmarks that are there: a caption that speaks of another invents it.
    let present: Set<String>
}
