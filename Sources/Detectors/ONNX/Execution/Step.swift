/// An array of the graph: its element type, buffer and layout.
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

    /// - Parameter start: initial address of all buffers, until they are set.
    init(count: Int, at start: UnsafeMutablePointer<Float>) {
        buffers = [UnsafeMutablePointer<Float>](repeating: start, count: count)
    }

    mutating func set(_ buffer: Int, _ start: UnsafeMutablePointer<Float>) { buffers[buffer] = start }

    /// Address of an array's first element.
    func start(_ value: ArrayValue) -> UnsafeMutablePointer<Float> {
        buffers[value.buffer] + value.layout.offset
    }

    /// Elements of an array in row-major order.
    func numbers(_ value: ArrayValue) -> [Float] {
        [Float](unsafeUninitializedCapacity: value.count) { target, count in
            copyNumbers(value, to: target)
            count = value.count
        }
    }

    /// Writes the elements of an array in row-major order.
    func copyNumbers(_ value: ArrayValue, to target: UnsafeMutableBufferPointer<Float>) {
        guard let place = target.baseAddress else { return }
        let loop = StridedLoop([value.layout], keepingOrder: true), source = start(value)
        if loop.rows == 1, loop.steps[0] == 1 { return place.update(from: source, count: loop.inner) }
        var next = 0
        loop.forEachRow(0..<loop.rows) { offsets in
            for index in 0..<loop.inner { place[next + index] = source[offsets[0] + index * loop.steps[0]] }
            next += loop.inner
        }
    }
}

/// One computation, run on all cores.
struct Step: Sendable {
    let title: String
    let reads: [Int]
    let writes: [Int]
    let run: @Sendable (StepMemory) -> Void
}
