/// Memory of one object: the outputs of frames where it was prompted (conditioning frames) and of those it was
/// tracked in. Source: SAM 2, arXiv 2408.00714, "Memory bank"; which frames are read is the original predictor's choice.
struct MemoryBank: Sendable {
    /// By frame; always kept.
    private(set) var conditioning: [Int: ObjectOutput] = [:]
    /// By frame.
    private(set) var tracked: [Int: ObjectOutput] = [:]

    /// Memories that a frame is compared with.
    struct MemoryContext {
        /// Memories and how many frames away they are in the direction of tracking; 0 for conditioning frames, however far.
        var memories: [(distance: Int, output: ObjectOutput)] = []
        /// Outputs whose pointers are read, and their distance in the direction of tracking.
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
    ///   - frameCount: of the clip; pointers reach no further than it is long.
    ///   - reversed: whether tracking goes from the end to the start.
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
            // Pointers from what comes later would tell of what is not known yet.
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

    /// Number of frames back from which pointers are read.
    static func pointerReach(_ frameCount: Int, _ configuration: MemoryConfiguration) -> Int {
        min(frameCount, configuration.maximumObjectPointers) - 1
    }

    /// The nearest before, the nearest from here on, then the nearest others.
    private func closestConditioningFrames(to frame: Int, limit: Int?) -> Set<Int> {
        guard let limit, conditioning.count > limit else { return Set(conditioning.keys) }
        let frames = conditioning.keys.sorted()
        var selected = Set([frames.last { $0 < frame }, frames.first { $0 >= frame }].compactMap(\.self))
        let others = frames.filter { !selected.contains($0) }
            .sorted { (abs($0 - frame), $0) < (abs($1 - frame), $1) }
        selected.formUnion(others.prefix(max(0, limit - selected.count)))
        return selected
    }

    /// Forgets tracked frames that neither those around `frames` nor those around conditioning frames will ask for.
    mutating func forget(except frames: [Int], _ configuration: MemoryConfiguration) {
        let reach = max(configuration.maskMemories, configuration.maximumObjectPointers)
        let anchors = conditioning.keys + frames
        tracked = tracked.filter { entry in anchors.contains { abs($0 - entry.key) <= reach } }
    }
}
