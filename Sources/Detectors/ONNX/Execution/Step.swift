/// An array of the graph: its numbers' kind, the buffer they are in, and where in it.
struct ArrayValue: Sendable {
    let type: ElementType
    let buffer: Int
    let layout: ArrayLayout

    var shape: [Int] { layout.shape }
    var rank: Int { layout.rank }
    var count: Int { layout.count }

    func with(_ layout: ArrayLayout, type: ElementType? = nil) -> ArrayValue {
        ArrayValue(type: type ?? self.type, buffer: buffer, layout: layout)
    }
}

/// Buffers of one run, by number.
struct StepMemory {
    private var buffers: [UnsafeMutablePointer<Float>]

    /// - Parameter start: where all buffers are until they are set.
    init(count: Int, at start: UnsafeMutablePointer<Float>) {
        buffers = [UnsafeMutablePointer<Float>](repeating: start, count: count)
    }

    mutating func set(_ buffer: Int, _ start: UnsafeMutablePointer<Float>) { buffers[buffer] = start }

    /// The first number of an array.
    func start(_ value: ArrayValue) -> UnsafeMutablePointer<Float> {
        buffers[value.buffer] + value.layout.offset
    }

    /// Numbers of an array in row-major order.
    func numbers(_ value: ArrayValue) -> [Float] {
        let loop = StridedLoop([value.layout], keepingOrder: true), source = start(value)
        return [Float](unsafeUninitializedCapacity: value.count) { target, count in
            loop.forEachRow(0..<loop.rows) { offsets in
                for index in 0..<loop.inner { target[count + index] = source[offsets[0] + index * loop.steps[0]] }
                count += loop.inner
            }
        }
    }
}

/// One thing to be computed, on all cores.
struct Step: Sendable {
    let title: String
    let reads: [Int]
    let writes: [Int]
    let run: @Sendable (StepMemory) -> Void
}
