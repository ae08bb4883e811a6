/// Memory of one object: the outputs of frames with prompts (conditioning frames) and of tracked frames. Source: SAM 2, arXiv
/// 2408.00714, "Memory bank"; the choice of frames is that of the original predictor.
struct MemoryBank: Sendable {
    /// By frame; never dropped.
    private(set) var conditioning: [Int: ObjectOutput] = [:]
    /// By frame.
    private(set) var tracked: [Int: ObjectOutput] = [:]

    /// Memories and pointers to which a frame attends.
    struct MemoryContext {
        /// Memories with their frame distance against the direction of tracking; 0 for conditioning frames at any distance.
        var memories: [(distance: Int, output: ObjectOutput)] = []
        /// Outputs whose pointers are read, with their frame distance against the direction of tracking.
        var pointers: [(distance: Int, output: ObjectOutput)] = []
    }

    func output(at frame: Int) -> ObjectOutput? { conditioning[frame] ?? tracked[frame] }

    mutating func condition(_ frame: Int, on output: ObjectOutput) {
        conditioning[frame] = output
        tracked[frame] = nil
    }

    mutating func track(_ frame: Int, _ output: ObjectOutput) {
        tracked[frame] = output
    }

    /// - Parameters:
    ///   - frameCount: number of frames in the clip, which bounds the reach of pointers.
    ///   - reversed: true for tracking from the end to the start.
    func recollection(
        for frame: Int, of frameCount: Int, reversed: Bool, _ configuration: MemoryConfiguration
    ) -> MemoryContext {
        let selected = closestConditioningFrames(to: frame, limit: configuration.maximumConditioningFrames)
        let sign = reversed ? -1 : 1
        // An unselected conditioning frame counts as a tracked one.
        func recent(_ distance: Int) -> ObjectOutput? {
            let other = frame - sign * distance
            return tracked[other] ?? (selected.contains(other) ? nil : conditioning[other])
        }
        var result = MemoryContext()
        for other in selected.sorted() {
            guard let output = conditioning[other] else { continue }
            result.memories.append((0, output))
            // No pointers from frames that tracking has not reached.
            if sign * (frame - other) >= 0 { result.pointers.append((sign * (frame - other), output)) }
        }
        for distance in stride(from: configuration.maskMemories - 1, to: 0, by: -1) {
            if let output = recent(distance) { result.memories.append((distance, output)) }
        }
        for distance in 1..<max(1, Self.pointerReach(frameCount, configuration) + 1) {
            guard (0..<frameCount).contains(frame - sign * distance) else { break }
            if let output = recent(distance) { result.pointers.append((distance, output)) }
        }
        return result
    }

    /// Number of frames back up to which pointers are read.
    static func pointerReach(_ frameCount: Int, _ configuration: MemoryConfiguration) -> Int {
        min(frameCount, configuration.maximumObjectPointers) - 1
    }

    /// The nearest conditioning frame before, the nearest at or after, then the nearest others.
    private func closestConditioningFrames(to frame: Int, limit: Int?) -> Set<Int> {
        guard let limit, conditioning.count > limit else { return Set(conditioning.keys) }
        let frames = conditioning.keys.sorted()
        var selected = Set([frames.last { $0 < frame }, frames.first { $0 >= frame }].compactMap(\.self))
        let others = frames.filter { !selected.contains($0) }
            .sorted { (abs($0 - frame), $0) < (abs($1 - frame), $1) }
        selected.formUnion(others.prefix(max(0, limit - selected.count)))
        return selected
    }

    /// Drops tracked frames that are out of reach of both `frames` and the conditioning frames.
    mutating func forget(except frames: [Int], _ configuration: MemoryConfiguration) {
        let reach = max(configuration.maskMemories, configuration.maximumObjectPointers)
        let anchors = conditioning.keys + frames
        tracked = tracked.filter { entry in anchors.contains { abs($0 - entry.key) <= reach } }
    }
}
