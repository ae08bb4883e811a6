/// Weights of `ExpectedSimilarity`: a logistic regression of J, with its figures in the tests' PropagationConstants.md.
package enum ConfidenceConstants {
    /// Log-odds of J for a mask that has always had exactly the given colours.
    package static let alike: Float = 2.6
    /// Subtracted for one that has had none of them: more doubts objects that turn or enter shadow, less trusts masks that have lost
    /// their object.
    package static let difference: Float = 6.7
}

/// The region similarity J that a propagated mask may be expected to have with the true one. It is known by how far the mask's
/// colours have been from the given ones, at worst since then: what was once lost or taken in mostly stays so, even where the
/// colours come near again.
struct ExpectedSimilarity: Sendable {
    /// Hellinger distance of the colours at worst, 0...1.
    private var worst: Float = 0

    /// Takes a frame's mask into account.
    /// - Parameter likeness: Bhattacharyya coefficient of its colours with the given ones.
    mutating func add(likeness: Float) { worst = max(worst, max(0, 1 - likeness).squareRoot()) }

    /// The expected J, 0...1.
    var value: Float { logistic(ConfidenceConstants.alike - ConfidenceConstants.difference * worst) }
}
