import CKernels
import Parallelism

/// KV cache of one layer, `[heads, capacity, headSize]` each for keys and values, so that a head's rows are contiguous. Memory
/// is reserved once and touched as rows arrive. Not Sendable: it belongs to one generation.
package final class KeyValueBuffer {
    package let capacity: Int
    package let format: KeyValueFormat
    /// Number of rows.
    package private(set) var count = 0
    private let heads: Int
    private let headSize: Int
    private let kernel: AttentionKernel
    private let keys: HeadView
    private let values: HeadView

    package init(capacity: Int, heads: Int, headSize: Int, format: KeyValueFormat, kernel: AttentionKernel = .fastest) {
        self.capacity = capacity
        self.format = format
        self.heads = heads
        self.headSize = headSize
        self.kernel = kernel
        func reserved() -> HeadView {
            let storage = TensorStorage(byteCount: capacity * heads * format.rowBytes(headSize) + format.slackBytes)
            return HeadView(storage, format, heads: heads, headSize: headSize, capacity: capacity)
        }
        keys = reserved()
        values = reserved()
    }

    /// Bytes of one position's keys and values.
    package static func bytes(heads: Int, headSize: Int, format: KeyValueFormat) -> Int {
        2 * heads * format.rowBytes(headSize)
    }

    /// Appends rows of keys and values, `[rows, heads * headSize]`; there must be room. With fewer than 32 bits, numbers are
    /// rounded to the nearest.
    package func append(keys: Tensor, values: Tensor, rows: Range<Int>) {
        precondition(count + rows.count <= capacity, "KeyValueBuffer: full")
        write(keys, rows, to: self.keys)
        write(values, rows, to: self.values)
        count += rows.count
    }

    private func write(_ source: Tensor, _ rows: Range<Int>, to target: HeadView) {
        precondition(source.width == heads * headSize, "KeyValueBuffer: another width")
        Parallel.ranges(rows.count, minimum: 64) { range in
            for row in range {
                for head in 0..<heads {
                    let numbers = source.storage.start + (rows.lowerBound + row) * source.width + head * headSize
                    let place = UnsafeMutableRawPointer(
                        mutating: target.address(head: head, of: heads, row: count + row))
                    kernel_narrow_row(kernel.set, numbers, format.kernelType, place, headSize)
                }
            }
        }
    }

    /// Replaces the rows by a copy of those of `other`, which must have the same heads and format.
    package func copy(_ other: KeyValueBuffer) {
        precondition(
            other.heads == heads && other.headSize == headSize && other.format == format && other.count <= capacity,
            "KeyValueBuffer: full, or of another form")
        let bytes = other.count * format.rowBytes(headSize)
        for (mine, theirs) in [(keys, other.keys), (values, other.values)] {
            for head in 0..<heads {
                UnsafeMutableRawPointer(mutating: mine.address(head: head, of: heads, row: 0))
                    .copyMemory(from: theirs.address(head: head, of: heads, row: 0), byteCount: bytes)
            }
        }
        count = other.count
    }

    /// Removes all rows, and keeps the memory for another sequence.
    package func removeAll() { count = 0 }

    package var rows: KeyValueRows { KeyValueRows(keys: keys, values: values, count: count) }
}
