/// Memory plan of a run: offsets of buffers in one block, where buffers with disjoint lifetimes may overlap.
struct BufferPlacement: Sendable {
    /// Offset of each buffer, in elements; nil for one outside the block.
    let offsets: [Int?]
    /// Elements of the block.
    let count: Int

    /// Buffers start at multiples of this many elements and are followed by as many unused ones, because kernels may read one
    /// vector past the end.
    private static let alignment = 16

    /// - Parameters:
    ///   - sizes: sizes of all buffers, in elements.
    ///   - inputs: buffers that are filled before the first step.
    ///   - outputs: buffers that are read after the last step.
    ///   - constants: buffers with memory of their own.
    init(_ steps: [Step], sizes: [Int], inputs: Set<Int>, outputs: Set<Int>, constants: Set<Int>) {
        var lives: [Int: ClosedRange<Int>] = [:]
        func use(_ buffer: Int, at step: Int) {
            guard !constants.contains(buffer) else { return }
            let life = lives[buffer] ?? step...step
            lives[buffer] = min(life.lowerBound, step)...max(life.upperBound, step)
        }
        for buffer in inputs { use(buffer, at: -1) }
        for (place, step) in steps.enumerated() { for buffer in step.reads + step.writes { use(buffer, at: place) } }
        for buffer in outputs { use(buffer, at: steps.count) }
        var offsets = [Int?](repeating: nil, count: sizes.count), end = 0
        var placed: [(life: ClosedRange<Int>, range: Range<Int>)] = []
        // Largest first: small ones fill the gaps.
        for (buffer, life) in lives.sorted(by: { (sizes[$0.key], $1.key) > (sizes[$1.key], $0.key) }) {
            let size = (sizes[buffer] / Self.alignment + 2) * Self.alignment
            var offset = 0
            for other in placed where other.life.overlaps(life) {
                if offset + size <= other.range.lowerBound { break }
                offset = max(offset, other.range.upperBound)
            }
            let entry = (life: life, range: offset..<offset + size)
            placed.insert(entry, at: placed.firstIndex { $0.range.lowerBound >= offset } ?? placed.count)
            offsets[buffer] = offset
            end = max(end, offset + size)
        }
        (self.offsets, count) = (offsets, end)
    }
}
