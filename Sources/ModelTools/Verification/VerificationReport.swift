/// How far this program's numbers are from a golden set's.
public struct VerificationReport: Encodable, Sendable {
    public enum Outcome: String, Encodable, Sendable {
        case passed
        case missed
        /// The set has no such number.
        case skipped
    }

    /// One comparison.
    public struct Check: Encodable, Sendable {
        /// The case of the set.
        public let name: String
        /// What was compared: a tensor, "input_ids", a generation, ...
        public let subject: String
        public let outcome: Outcome
        /// Of a tensor: the largest difference; relative to the expected tensor's largest magnitude, but for pixels.
        public let difference: Double?
        /// What `difference` may be at most.
        public let bar: Double?
        /// In words.
        public let detail: String
    }

    /// The set's folder.
    public let set: String
    public internal(set) var checks: [Check] = []

    public func count(_ outcome: Outcome) -> Int { checks.count { $0.outcome == outcome } }

    /// Whether no bar was missed and at least one was met.
    public var passed: Bool { count(.missed) == 0 && count(.passed) > 0 }
}
