/// Rows that accumulate, `[capacity, width]`: the keys or the values of one layer's cache. Memory is reserved once and
/// touched as rows arrive. Not Sendable: it belongs to one generation.
package final class RowBuffer {
    package let width: Int
    package let capacity: Int
    /// Rows present.
    package private(set) var count = 0
    let storage: TensorStorage

    package init(capacity: Int, width: Int) {
        self.capacity = capacity
        self.width = width
        storage = TensorStorage(count: capacity * width)
    }

    /// Adds some rows of `source`, of the same width; there must be room.
    package func append(_ source: Tensor, rows: Range<Int>) {
        precondition(source.width == width && count + rows.count <= capacity, "RowBuffer: full, or another width")
        _ = storage.values[(count * width)...].update(
            fromContentsOf: source.storage.values[rows.lowerBound * width..<rows.upperBound * width])
        count += rows.count
    }

    /// Makes this buffer's rows those of `other`.
    package func copy(_ other: RowBuffer) {
        precondition(other.width == width && other.count <= capacity, "RowBuffer: full, or another width")
        _ = storage.values.update(fromContentsOf: other.storage.values[..<(other.count * width)])
        count = other.count
    }
}
