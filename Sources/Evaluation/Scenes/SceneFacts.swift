/// Ground truth about one object of a rendered scene (`Samples/scenes/facts.py`). A fact is nil if the image does not determine
/// it; it is then not scored.
package struct SceneFacts: Decodable, Equatable, Sendable {
    /// The class: person, car, ...
    package let name: String
    /// One colour; two for a person (jacket, trousers) and a truck (cab, box).
    package let colours: [String]
    package let scene: String
    /// Part of the image in which the object stays: "left", "middle" or "right".
    package let side: String?
    /// Size in the image: "small" or "large".
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

/// Something that an object is near: a landmark, or an object of a colour.
package struct SceneRelation: Decodable, Equatable, Sendable {
    package let referent: String
    package let colour: String?

    package init(referent: String, colour: String? = nil) {
        (self.referent, self.colour) = (referent, colour)
    }
}

/// Facts about the objects of a clip and of its single frame, by track id: `facts.json` of one clip.
struct SceneClipFacts: Decodable, Sendable {
    let tracks: [String: SceneFacts]
    let pictures: [String: SceneFacts]
    /// Classes and landmarks in the scene; a caption that mentions others hallucinates.
    let present: Set<String>
}
