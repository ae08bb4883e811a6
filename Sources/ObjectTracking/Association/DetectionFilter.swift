import Masks

/// Choice of detections by label and score.
public struct DetectionFilter: Sendable, Equatable, Codable {
    /// Labels that count; nil for all. Upper and lower case are the same.
    public var labels: Set<String>?
    /// Least score of any label without one of its own; nil for none.
    public var leastScore: Double?
    /// Least score by label.
    public var leastScores: [String: Double] = [:]

    private enum CodingKeys: String, CodingKey {
        case labels
        case leastScore = "least_score"
        case leastScores = "least_scores"
    }

    public init(labels: Set<String>? = nil, leastScore: Double? = nil, leastScores: [String: Double] = [:]) {
        self.labels = labels.map { Set($0.map { $0.lowercased() }) }
        self.leastScore = leastScore
        self.leastScores = Dictionary(leastScores.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// Reason to leave a detection out; nil if it counts. A detection without a label is not of the chosen ones, one without a score
    /// passes any least score.
    func fate(of detection: Detection) -> DetectionFate? { fate(label: detection.label, score: detection.score) }

    /// True if a detection with this label and score counts.
    package func counts(label: String, score: Double) -> Bool { fate(label: label, score: score) == nil }

    private func fate(label: String?, score: Double?) -> DetectionFate? {
        let label = label?.lowercased()
        if let labels, !(label.map(labels.contains) ?? false) { return .otherLabel }
        guard let score, let least = label.flatMap({ leastScores[$0] }) ?? leastScore else { return nil }
        return score < least ? .belowScore : nil
    }
}
