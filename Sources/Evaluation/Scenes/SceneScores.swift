/// A count of correct answers.
package struct Tally: Codable, Equatable, Sendable {
    package private(set) var right = 0
    package private(set) var asked = 0

    /// Fraction of correct answers; nil if nothing was asked.
    package var share: Double? { asked > 0 ? Double(right) / Double(asked) : nil }

    mutating func add(_ isRight: Bool) {
        asked += 1
        if isRight { right += 1 }
    }

    mutating func add(_ other: Tally) {
        right += other.right
        asked += other.asked
    }
}

/// A kind of fact about an object.
package enum SceneSubject: String, Codable, CaseIterable, Sendable, CodingKeyRepresentable {
    case name = "class"
    case colour, direction, behaviour, place, relation, size
}

/// Counts of correct facts in captions.
package struct SceneScores: Codable, Equatable, Sendable {
    /// Correct facts, by kind.
    package private(set) var facts: [SceneSubject: Tally] = [:]
    /// Captions that agree better with their own object than with any other, in clips with several objects.
    package private(set) var ownFacts = Tally()
    package private(set) var captions = 0
    /// Number of captions that mention a class or landmark absent from the scene.
    package private(set) var inventing = 0

    package init() {}

    /// Adds counts of other clips.
    mutating func add(_ other: SceneScores) {
        for (subject, tally) in other.facts { facts[subject, default: Tally()].add(tally) }
        ownFacts.add(other.ownFacts)
        captions += other.captions
        inventing += other.inventing
    }

    /// Adds the captions of one clip or image.
    /// - Parameters:
    ///   - readings: facts parsed from each caption, by track id; a track without one counts as having every fact wrong.
    ///   - truths: true facts of each object, by track id.
    ///   - present: classes and landmarks in the scene.
    package mutating func add(_ readings: [String: SceneReading], _ truths: [String: SceneFacts], present: Set<String>) {
        for (id, truth) in truths {
            let reading = readings[id] ?? SceneReading()
            for (subject, isRight) in reading.marks(truth) { facts[subject, default: Tally()].add(isRight) }
            captions += 1
            if !reading.mentions.isSubset(of: present) { inventing += 1 }
            let others = truths.filter { $0.key != id }.values
            if !others.isEmpty {
                let own = reading.agreement(truth)
                ownFacts.add(others.allSatisfy { reading.agreement($0) < own })
            }
        }
    }
}

extension SceneReading {
    /// Compares each fact that the image determines; other facts are skipped.
    func marks(_ truth: SceneFacts) -> [(subject: SceneSubject, isRight: Bool)] {
        var marks: [(SceneSubject, Bool)] = [(.name, name == truth.name)]
        for (part, colour) in truth.colours.enumerated() {
            marks.append((.colour, colours.indices.contains(part) && colours[part] == colour))
        }
        marks.append((.place, scene == truth.scene))
        if let expected = truth.side { marks.append((.place, side == expected)) }
        if let expected = truth.size { marks.append((.size, size == expected)) }
        if let expected = truth.direction { marks.append((.direction, direction == expected)) }
        if let expected = truth.behaviour { marks.append((.behaviour, behaviour == expected)) }
        if let expected = truth.relation { marks.append((.relation, relation == expected)) }
        return marks
    }

    /// Fraction of an object's determined facts that the caption states correctly.
    func agreement(_ truth: SceneFacts) -> Double {
        let marks = marks(truth)
        return Double(marks.count { $0.isRight }) / Double(marks.count)
    }
}
