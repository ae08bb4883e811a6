import Tensors

/// Error of one tensor, or of several, against expected values.
package struct Deviation: Encodable, Sendable, Equatable {
    /// Largest absolute difference in a tensor, relative to the largest magnitude of its expected values.
    package private(set) var largestError = 0.0
    /// Lowest cosine similarity of any tensor.
    package private(set) var lowestCosine = 1.0
    /// Dot product of found and expected values, and their squared lengths.
    private var product = 0.0
    private var foundSquares = 0.0
    private var expectedSquares = 0.0

    /// Cosine similarity of all actual and all expected values; 1 if both are zero.
    package var cosine: Double {
        let length = (foundSquares * expectedSquares).squareRoot()
        return length > 0 ? product / length : foundSquares == expectedSquares ? 1 : 0
    }

    enum CodingKeys: String, CodingKey {
        case cosine
        case lowestCosine = "lowest_cosine"
        case largestError = "largest_error"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cosine, forKey: .cosine)
        try container.encode(lowestCosine, forKey: .lowestCosine)
        try container.encode(largestError, forKey: .largestError)
    }

    /// Compares two tensors of the same shape; nil if a value is infinite or NaN.
    init?(of found: Tensor, from expected: Tensor) {
        precondition(found.shape == expected.shape, "Deviation: shapes differ")
        var error = 0.0, magnitude = 0.0
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
        lowestCosine = cosine
        largestError = magnitude > 0 ? error / magnitude : error
    }

    /// Merges the error of other tensors.
    mutating func add(_ other: Deviation) {
        largestError = max(largestError, other.largestError)
        lowestCosine = min(lowestCosine, other.lowestCosine)
        product += other.product
        foundSquares += other.foundSquares
        expectedSquares += other.expectedSquares
    }
}
