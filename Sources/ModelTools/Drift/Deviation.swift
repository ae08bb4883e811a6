import Tensors

/// How far numbers are from those they stand for: of one tensor, or of several together.
package struct Deviation: Encodable, Sendable, Equatable {
    /// The largest difference in a tensor, relative to the largest magnitude there should be.
    package private(set) var largestError = 0.0
    /// The cosine of the tensor for which it is smallest.
    package private(set) var lowestCosine = 1.0
    private var product = 0.0
    private var foundSquares = 0.0
    private var expectedSquares = 0.0

    /// Of the angle between all that was found and all that was expected, seen as vectors; 1 when both are zero.
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

    /// Of tensors of one shape.
    /// - Returns: nil when a value is infinite or no number.
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

    /// Takes in other tensors.
    mutating func add(_ other: Deviation) {
        largestError = max(largestError, other.largestError)
        lowestCosine = min(lowestCosine, other.lowestCosine)
        product += other.product
        foundSquares += other.foundSquares
        expectedSquares += other.expectedSquares
    }
}
