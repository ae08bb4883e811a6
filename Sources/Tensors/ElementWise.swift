extension Tensor {
    /// `function` of each value. It is called on several threads.
    package func mapped(_ function: @Sendable (Float) -> Float) -> Tensor {
        Tensor(shape) { output in
            Parallel.ranges(count, minimum: 1 << 14) { range in
                let input = storage.values
                for index in range { output[index] = function(input[index]) }
            }
        }
    }

    /// `self` with `row` added to each row of the tensor seen as `[rows, width]`.
    package func addingToRows(_ row: Tensor) -> Tensor {
        precondition(row.count == width, "addingToRows: another width")
        return combiningRows { output, input, _ in
            let other = row.storage.values
            for column in output.indices { output[column] = input[column] + other[column] }
        }
    }

    /// `self + factors * other`, with one factor for each column; shapes must agree.
    package func adding(_ other: Tensor, columnsScaledBy factors: Tensor) -> Tensor {
        precondition(other.count == count && factors.count == width, "adding: shapes differ")
        return combiningRows { output, input, start in
            let other = other.storage.values, factors = factors.storage.values
            for column in output.indices { output[column] = input[column] + factors[column] * other[start + column] }
        }
    }

    /// Fills a tensor of this shape row by row.
    private func combiningRows(
        _ body: (UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>, _ start: Int) -> Void
    ) -> Tensor {
        let width = width
        return Tensor(shape) { output in
            Parallel.ranges(rows, minimum: 64) { range in
                for row in range {
                    let columns = row * width..<(row + 1) * width
                    body(
                        UnsafeMutableBufferPointer(rebasing: output[columns]),
                        UnsafeBufferPointer(rebasing: storage.values[columns]), row * width)
                }
            }
        }
    }
}
