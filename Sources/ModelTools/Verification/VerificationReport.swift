/// Comparisons of this program's results with those of a golden set.
package struct VerificationReport: Encodable, Sendable {
    package enum Outcome: String, Encodable, Sendable {
        case passed
        case missed
        /// The set has no expected value.
        case skipped
    }

    /// One comparison.
    package struct Check: Encodable, Sendable {
        /// Name of the case.
        package let name: String
        /// Name of the compared result: a tensor, "input_ids", a generation, ...
        package let subject: String
        package let outcome: Outcome
        /// Largest absolute difference of a tensor; relative to the expected tensor's largest magnitude, except for pixels.
        package let difference: Double?
        /// Tolerance for `difference`.
        package let bar: Double?
        /// Description of the outcome.
        package let detail: String
    }

    /// Path of the set's folder.
    package let set: String
    package internal(set) var checks: [Check] = []

    package func count(_ outcome: Outcome) -> Int { checks.count { $0.outcome == outcome } }

    /// True if no tolerance was exceeded and at least one check passed.
    package var passed: Bool { count(.missed) == 0 && count(.passed) > 0 }
}
