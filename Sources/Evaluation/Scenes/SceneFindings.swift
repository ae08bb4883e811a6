/// Objects detected in rendered scenes, and their captions compared with those from the true masks.
package struct SceneFindings: Codable, Equatable, Sendable {
    /// Moving true objects, and how many of them were detected.
    package private(set) var moving = Tally()
    /// Number of detected tracks.
    package private(set) var tracks = 0
    /// Tracks that match a true object.
    package private(set) var matched = 0
    /// Tracks that show nothing real; the remaining ones show part of an object, or several as one.
    package private(set) var falseTracks = 0
    /// Scores of captions from the true masks of the detected objects.
    package private(set) var given = SceneScores()
    /// Scores of captions from the detected masks of the same objects.
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
    ///   - given, found: facts parsed from each caption, by the id of the true object.
    ///   - tracks: detected tracks.
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
    /// False for an object that stays in place.
    fileprivate var goesSomewhere: Bool { behaviour != "still" && behaviour != "loiters" }
}
