import Tensors

/// How far numbers are from those they stand for.
public struct Deviation: Encodable, Sendable, Equatable {
    /// Of the angle between the two, seen as vectors; 1 when both are zero.
    public private(set) var cosine = 1.0
    /// The largest difference, relative to the largest magnitude there should be.
    public private(set) var largestError = 0.0

    enum CodingKeys: String, CodingKey {
        case cosine
        case largestError = "largest_error"
    }

    /// None.
    init() {}

    /// Of tensors of one shape.
    /// - Returns: nil when a value is infinite or no number.
    init?(of found: Tensor, from expected: Tensor) {
        precondition(found.shape == expected.shape, "Deviation: shapes differ")
        var product = 0.0, foundSquares = 0.0, expectedSquares = 0.0, error = 0.0, magnitude = 0.0
        found.withValues { found in
            expected.withValues { expected in
                for index in found.indices {
                    let (one, other) = (Double(found[index]), Double(expected[index]))
                    product += one * other
                    foundSquares += one * one
                    expectedSquares += other * other
                    error = max(error, abs(one - other))
                    magnitude = max(magnitude, abs(other))
                }
            }
        }
        guard foundSquares.isFinite, expectedSquares.isFinite else { return nil }
        let length = (foundSquares * expectedSquares).squareRoot()
        cosine = length > 0 ? product / length : foundSquares == expectedSquares ? 1 : 0
        largestError = magnitude > 0 ? error / magnitude : error
    }

    /// The worse of both in each respect.
    func worst(_ other: Deviation) -> Deviation {
        var worst = self
        worst.cosine = min(cosine, other.cosine)
        worst.largestError = max(largestError, other.largestError)
        return worst
    }
}
