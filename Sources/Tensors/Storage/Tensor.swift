import Foundation
import Parallelism

/// Memory for single-precision values, aligned for SIMD, freed with its last owner.
final class TensorStorage: ByteOwner, @unchecked Sendable {
    // Sendable: written only before or in the initializer of the Tensor that owns it, read-only afterwards.
    let values: UnsafeMutableBufferPointer<Float>
    /// Address of the values, also when there are none.
    let start: UnsafeMutablePointer<Float>
    private let buffer: BufferPool.Buffer

    private static let alignment = 64

    init(count: Int) {
        // Aligned by hand: glibc's aligned allocation cannot reuse the blocks it freed before version 2.38, and the heap
        // grew by gigabytes (2.4 GB while eight frames of a 3B model were encoded).
        buffer = BufferPool.shared.take(byteCount: count * MemoryLayout<Float>.stride + Self.alignment)
        start = buffer.start.alignedUp(toMultipleOf: Self.alignment).bindMemory(to: Float.self, capacity: count)
        values = UnsafeMutableBufferPointer(start: start, count: count)
    }

    /// Untyped memory of at least `byteCount` bytes.
    convenience init(byteCount: Int) {
        self.init(count: (byteCount + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
    }

    deinit { BufferPool.shared.giveBack(buffer) }

    var bytes: MappedBytes {
        MappedBytes(pointer: start, count: values.count * MemoryLayout<Float>.stride, owner: self)
    }
}

/// A contiguous row-major array of single-precision values: every activation of the model is one.
/// A value: it is filled when it is made and never changes.
package struct Tensor: Sendable {
    package let shape: [Int]
    let storage: TensorStorage

    /// - Parameter fill: writes every value; the buffer arrives uninitialized.
    package init(_ shape: [Int], fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        precondition(shape.allSatisfy { $0 >= 0 }, "Tensor: negative size")
        self.shape = shape
        storage = TensorStorage(count: shape.reduce(1, *))
        try fill(storage.values)
    }

    package init(_ shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "Tensor: shape and values differ")
        self.init(shape) { _ = $0.update(fromContentsOf: values) }
    }

    /// Values that were written to memory before; nothing else may write there.
    init(shape: [Int], storage: TensorStorage) {
        self.shape = shape
        self.storage = storage
    }

    package static func zeros(_ shape: [Int]) -> Tensor {
        Tensor(shape) { $0.update(repeating: 0) }
    }

    package var count: Int { storage.values.count }

    /// Length of the last dimension.
    package var width: Int { shape.last ?? 1 }

    /// Product of all dimensions but the last: the tensor seen as `[rows, width]`.
    package var rows: Int { shape.dropLast().reduce(1, *) }

    package func withValues<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(storage.values))
    }

    package var array: [Float] { Array(storage.values) }

    /// The same values under another shape of the same size.
    package func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == count, "Tensor: reshape to another size")
        return Tensor(shape: shape, storage: storage)
    }

    /// Some rows of the tensor seen as `[rows, width]`: a copy, unless they are all.
    package func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "Tensor: rows out of range")
        if range.count == rows { return reshaped([rows, width]) }
        return Tensor([range.count, width]) { output in
            _ = output.update(fromContentsOf: storage.values[range.lowerBound * width..<range.upperBound * width])
        }
    }

    /// Tensors of one width, one after the other: `[sum of rows, width]`.
    package static func concatenatingRows(_ parts: [Tensor]) -> Tensor {
        let width = parts.first?.width ?? 0
        precondition(parts.allSatisfy { $0.width == width }, "Tensor: rows of different widths")
        return Tensor([parts.reduce(0) { $0 + $1.rows }, width]) { output in
            var next = 0
            for part in parts {
                next = output[next...].update(fromContentsOf: part.storage.values)
            }
        }
    }

    package static func + (left: Tensor, right: Tensor) -> Tensor {
        left.adding(right, scaledBy: 1)
    }

    /// `self + factor * other`, element by element; shapes must agree.
    package func adding(_ other: Tensor, scaledBy factor: Float) -> Tensor {
        precondition(shape == other.shape, "Tensor: sum of different shapes")
        return Tensor(shape) { output in
            Parallel.ranges(count, minimum: 1 << 16) { range in
                let left = storage.values, right = other.storage.values
                for index in range { output[index] = left[index] + factor * right[index] }
            }
        }
    }

    /// The same row, `[1, width]`, added to every row.
    package func addingToRows(_ row: Tensor) -> Tensor {
        precondition(row.count == width, "Tensor: row of another width")
        return Tensor(shape) { output in
            Parallel.ranges(rows, minimum: 1 << 8) { range in
                let values = storage.values, added = row.storage.values
                for line in range {
                    for column in 0..<width { output[line * width + column] = values[line * width + column] + added[column] }
                }
            }
        }
    }
}
