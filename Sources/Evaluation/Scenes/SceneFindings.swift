/// Objects found in rendered scenes, and captions of them beside captions of the same objects by their true masks.
package struct SceneFindings: Codable, Equatable, Sendable {
    /// True objects that go somewhere, and those of them that were found.
    package private(set) var moving = Tally()
    /// Found tracks.
    package private(set) var tracks = 0
    /// Tracks that are a true object's.
    package private(set) var matched = 0
    /// Tracks that show nothing true; those that are left show a piece of an object, or several as one.
    package private(set) var falseTracks = 0
    /// Captions by the true masks of the objects that were found.
    package private(set) var given = SceneScores()
    /// Captions by the found masks of the same objects.
    package private(set) var found = SceneScores()

    enum CodingKeys: String, CodingKey {
        case moving, tracks, matched, given, found
        case falseTracks = "false_tracks"
    }

    /// Adds counts of other clips.
    mutating func add(_ other: SceneFindings) {
        moving.add(other.moving)
        tracks += other.tracks
        matched += other.matched
        falseTracks += other.falseTracks
        given.add(other.given)
        found.add(other.found)
    }

    /// Adds a clip.
    /// - Parameters:
    ///   - given, found: facts read from each caption, by the id of the true object.
    ///   - tracks: found tracks.
    mutating func add(
        given: [String: SceneReading], found: [String: SceneReading], tracks: Int, falseTracks: Int, _ facts: SceneClipFacts
    ) {
        self.tracks += tracks
        self.falseTracks += falseTracks
        matched += found.count
        for (id, truth) in facts.tracks where truth.goesSomewhere { moving.add(found[id] != nil) }
        let truths = facts.tracks.filter { found[$0.key] != nil }
        self.given.add(given, truths, present: facts.present)
        self.found.add(found, truths, present: facts.present)
    }
}

extension SceneFacts {
    /// False for an object that stays at its place, whatever it does there.
    fileprivate var goesSomewhere: Bool { behaviour != "still" && behaviour != "loiters" }
}
