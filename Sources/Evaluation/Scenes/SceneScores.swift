/// Right answers among those asked for.
public struct Tally: Encodable, Equatable, Sendable {
    public private(set) var right = 0
    public private(set) var asked = 0

    /// Part of the answers that are right; nil when nothing was asked.
    public var share: Double? { asked > 0 ? Double(right) / Double(asked) : nil }

    mutating func add(_ isRight: Bool) {
        asked += 1
        if isRight { right += 1 }
    }
}

/// What captions are asked about.
public enum SceneSubject: String, Encodable, CaseIterable, Sendable, CodingKeyRepresentable {
    case name = "class"
    case colour, direction, behaviour, place, relation, size
}

/// How many facts a set of captions gets right.
public struct SceneScores: Encodable, Equatable, Sendable {
    public private(set) var facts: [SceneSubject: Tally] = [:]
    /// Captions that fit their own object better than any other of the clip, of clips with several.
    public private(set) var ownFacts = Tally()
    public private(set) var captions = 0
    /// Captions that speak of a class or landmark that is not there.
    public private(set) var inventing = 0

    package init() {}

    /// Takes the captions of one clip, or one picture, into account.
    /// - Parameters:
    ///   - readings: by track id; a track without one was not captioned, and all about it is wrong.
    ///   - truths: by track id.
    package mutating func add(_ readings: [String: CaptionReading], _ truths: [String: SceneFacts], present: Set<String>) {
        for (id, truth) in truths {
            let reading = readings[id] ?? CaptionReading()
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

extension CaptionReading {
    /// Whether each settled fact is told right. What is not asked is no fault.
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

    /// Part of an object's settled facts that are told.
    func agreement(_ truth: SceneFacts) -> Double {
        let marks = marks(truth)
        return Double(marks.count { $0.isRight }) / Double(marks.count)
    }
}
