/// CLEAR MOT: frame-by-frame matching, with misses, false positives and identity switches.
///
/// Sources: Bernardin and Stiefelhagen, EURASIP JIVP 2008; Li et al., CVPR 2009 (mostly tracked, mostly lost, fragmentations);
/// matching as in TrackEval, which gives priority to the matches of the previous frame.
struct ClearMeasures {
    private(set) var matches = 0
    private(set) var misses = 0
    private(set) var falsePositives = 0
    private(set) var switches = 0
    private(set) var fragmentations = 0
    private(set) var mostlyTracked = 0
    private(set) var mostlyLost = 0
    /// Mean similarity of the matches; 0 without one.
    private(set) var precision = 0.0
    /// 0 if one side has no detection at all.
    private(set) var accuracy = 0.0

    /// Match state of a ground-truth object during the pass over the frames.
    private struct Memory {
        /// The object of its most recent match.
        var last: Int?
        /// Its match in the previous frame that has both ground-truth and found objects.
        var previous: Int?
        var matches = 0
        var parts = 0
    }

    /// Matched fraction above which an object is mostly tracked.
    private static let mostly = 0.8
    /// Matched fraction below which an object is mostly lost.
    private static let hardly = 0.2
    /// Bonus of a match from the previous frame, which outweighs any number of others.
    private static let loyalty = 1000.0

    /// - Parameter threshold: lower bound on the similarity of a match.
    init(_ table: OverlapTable, threshold: Double) {
        guard !table.isOneSided else {
            misses = table.truthDetections
            falsePositives = table.foundDetections
            mostlyLost = table.truthLengths.count { $0 > 0 }
            return
        }
        var memories = [Memory](repeating: Memory(), count: table.truthLengths.count)
        for frame in table.frames where !frame.truth.isEmpty && !frame.found.isEmpty {
            follow(frame, threshold: threshold - .ulpOfOne, &memories)
        }
        misses = table.truthDetections - matches
        falsePositives = table.foundDetections - matches
        for (memory, length) in zip(memories, table.truthLengths) where length > 0 {
            let share = Double(memory.matches) / Double(length)
            if share > Self.mostly { mostlyTracked += 1 }
            if share < Self.hardly { mostlyLost += 1 }
            fragmentations += max(0, memory.parts - 1)
        }
        precision /= max(1, Double(matches))
        accuracy = Double(matches - falsePositives - switches) / Double(table.truthDetections)
    }

    private mutating func follow(_ frame: FrameOverlaps, threshold: Double, _ memories: inout [Memory]) {
        var costs: [Double] = []
        costs.reserveCapacity(frame.values.count)
        for (row, truth) in frame.truth.enumerated() {
            for (column, found) in frame.found.enumerated() {
                let similarity = frame[row, column]
                let worth = similarity + (memories[truth].previous == found ? Self.loyalty : 0)
                costs.append(similarity < threshold ? 0 : -worth)
            }
        }
        var current = [Int?](repeating: nil, count: memories.count)
        for (row, column) in Assignment.pairs(costs: costs, columns: frame.found.count, limit: 0) {
            let truth = frame.truth[row], found = frame.found[column]
            current[truth] = found
            matches += 1
            precision += frame[row, column]
            if let last = memories[truth].last, last != found { switches += 1 }
            if memories[truth].previous == nil { memories[truth].parts += 1 }
            memories[truth].last = found
            memories[truth].matches += 1
        }
        for truth in memories.indices { memories[truth].previous = current[truth] }
    }
}
