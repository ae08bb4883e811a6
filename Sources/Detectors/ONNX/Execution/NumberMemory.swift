import Tensors

/// Memory aligned for SIMD that may be read one vector past its end.
final class NumberMemory: @unchecked Sendable {
    // Sendable because it is no longer written once shared.
    let start: UnsafeMutablePointer<Float>
    let count: Int
    private let buffer: BufferPool.Buffer

    static let alignment = 64

    init(count: Int) {
        // One extra vector at the end, because kernels load whole vectors.
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
