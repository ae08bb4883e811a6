import Tensors

/// Memory for numbers that is aligned for SIMD and may be read a vector beyond its end.
final class NumberMemory: @unchecked Sendable {
    // Sendable: whoever shares it does not write any more.
    let start: UnsafeMutablePointer<Float>
    let count: Int
    private let buffer: BufferPool.Buffer

    static let alignment = 64

    init(count: Int) {
        // A vector at the end: kernels load whole ones.
        buffer = BufferPool.shared.take(byteCount: count * MemoryLayout<Float>.stride + 2 * Self.alignment)
        start = buffer.start.alignedUp(toMultipleOf: Self.alignment).bindMemory(to: Float.self, capacity: count)
        self.count = count
    }

    convenience init(_ values: [Float]) {
        self.init(count: values.count)
        start.update(from: values, count: values.count)
    }

    deinit { BufferPool.shared.giveBack(buffer) }
}
