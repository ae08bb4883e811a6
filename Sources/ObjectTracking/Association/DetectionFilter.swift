import Masks

/// Selection of detections by label and score.
public struct DetectionFilter: Sendable, Equatable, Codable {
    /// Selected labels, case-insensitive; nil for all.
    public var labels: Set<String>?
    /// Score threshold of labels without one of their own; nil for none.
    public var leastScore: Double?
    /// Score threshold by label.
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

    /// Reason to exclude a detection; nil if it is selected. A detection without a label is never among selected labels; one
    /// without a score passes any threshold.
    func fate(of detection: Detection) -> DetectionFate? { fate(label: detection.label, score: detection.score) }

    /// True if a detection with this label and score is selected.
    package func counts(label: String, score: Double) -> Bool { fate(label: label, score: score) == nil }

    private func fate(label: String?, score: Double?) -> DetectionFate? {
        let label = label?.lowercased()
        if let labels, !(label.map(labels.contains) ?? false) { return .otherLabel }
        guard let score, let least = label.flatMap({ leastScores[$0] }) ?? leastScore else { return nil }
        return score < least ? .belowScore : nil
    }
}
