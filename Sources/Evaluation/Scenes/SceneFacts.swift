/// True facts about one object of a rendered scene (`Samples/scenes/facts.py`). A fact is nil where the picture does not
/// settle it; captions are not asked about it then.
package struct SceneFacts: Decodable, Equatable, Sendable {
    /// The class: person, car, ...
    package let name: String
    /// One colour; two for a person (jacket, trousers) and a truck (cab, box).
    package let colours: [String]
    package let scene: String
    /// Part of the picture the object stays in: "left", "middle" or "right".
    package let side: String?
    /// Size in the picture: "small" or "large".
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

/// A thing that an object is near to: a landmark, or an object of a colour.
package struct SceneRelation: Decodable, Equatable, Sendable {
    package let referent: String
    package let colour: String?

    package init(referent: String, colour: String? = nil) {
        (self.referent, self.colour) = (referent, colour)
    }
}

/// Facts about a clip's objects and those of its picture, by track id: `facts.json` of one clip.
struct SceneClipFacts: Decodable, Sendable {
    let tracks: [String: SceneFacts]
    let pictures: [String: SceneFacts]
    /// Classes and landmarks the scene has; a caption that mentions another invents it.
    let present: Set<String>
}
