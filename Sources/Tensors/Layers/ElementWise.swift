import Parallelism

extension Tensor {
    /// Applies `function` to each value, on several threads.
    package func mapped(_ function: @Sendable (Float) -> Float) -> Tensor {
        Tensor(shape) { output in
            Parallel.ranges(count, minimum: 1 << 14) { range in
                let input = storage.values
                for index in range { output[index] = function(input[index]) }
            }
        }
    }

    /// `self + factors * other`, with one factor per column; sizes must match.
    package func adding(_ other: Tensor, columnsScaledBy factors: Tensor) -> Tensor {
        precondition(other.count == count && factors.count == width, "adding: sizes differ")
        let width = width
        return Tensor(shape) { output in
            Parallel.ranges(rows, minimum: 64) { range in
                let values = storage.values, other = other.storage.values, factors = factors.storage.values
                for row in range {
                    for column in 0..<width {
                        let index = row * width + column
                        output[index] = values[index] + factors[column] * other[index]
                    }
                }
            }
        }
    }
}
