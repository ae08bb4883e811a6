/// Comparisons of this program's results with those of a golden set.
package struct VerificationReport: Encodable, Sendable {
    package enum Outcome: String, Encodable, Sendable {
        case passed
        case missed
        /// The set has no value to compare with.
        case skipped
    }

    /// One comparison.
    package struct Check: Encodable, Sendable {
        /// Name of the case.
        package let name: String
        /// The compared result: a tensor's name, "input_ids", a generation, ...
        package let subject: String
        package let outcome: Outcome
        /// Largest absolute difference of a tensor, relative to the expected tensor's largest magnitude except for pixels.
        package let difference: Double?
        /// Largest `difference` that passes.
        package let bar: Double?
        /// The finding in words.
        package let detail: String
    }

    /// The set's folder.
    package let set: String
    package internal(set) var checks: [Check] = []

    package func count(_ outcome: Outcome) -> Int { checks.count { $0.outcome == outcome } }

    /// True if no bar was missed and at least one was met.
    package var passed: Bool { count(.missed) == 0 && count(.passed) > 0 }
}
