/// How far this program's numbers are from a golden set's.
package struct VerificationReport: Encodable, Sendable {
    package enum Outcome: String, Encodable, Sendable {
        case passed
        case missed
        /// The set has no such number.
        case skipped
    }

    /// One comparison.
    package struct Check: Encodable, Sendable {
        /// The case of the set.
        package let name: String
        /// What was compared: a tensor, "input_ids", a generation, ...
        package let subject: String
        package let outcome: Outcome
        /// Of a tensor: the largest difference; relative to the expected tensor's largest magnitude, but for pixels.
        package let difference: Double?
        /// What `difference` may be at most.
        package let bar: Double?
        /// In words.
        package let detail: String
    }

    /// The set's folder.
    package let set: String
    package internal(set) var checks: [Check] = []

    package func count(_ outcome: Outcome) -> Int { checks.count { $0.outcome == outcome } }

    /// Whether no bar was missed and at least one was met.
    package var passed: Bool { count(.missed) == 0 && count(.passed) > 0 }
}
