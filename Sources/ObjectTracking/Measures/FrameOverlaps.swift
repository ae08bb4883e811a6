import Masks

/// Similarities of all pairs of ground-truth and found objects in one frame.
package struct FrameOverlaps: Sendable {
    /// Numbers of the visible ground-truth objects, ascending.
    let truth: [Int]
    /// Numbers of the visible found objects, ascending.
    let found: [Int]
    /// 0...1, a row for each ground-truth object.
    let values: [Double]

    subscript(row: Int, column: Int) -> Double { values[row * found.count + column] }
}

/// Similarities over a clip, from which all tracking measures are computed.
package struct OverlapTable: Sendable {
    /// In order. Frames without objects have no effect and may be omitted.
    package private(set) var frames: [FrameOverlaps] = []
    /// Number of frames with each ground-truth object.
    package private(set) var truthLengths: [Int]
    /// Number of frames with each found object.
    package private(set) var foundLengths: [Int]

    package init(truthTracks: Int, foundTracks: Int) {
        truthLengths = [Int](repeating: 0, count: truthTracks)
        foundLengths = [Int](repeating: 0, count: foundTracks)
    }

    package init<Place>(truth: [Trajectory<Place>], found: [Trajectory<Place>]) {
        self.init(truthTracks: truth.count, foundTracks: found.count)
        let times = (truth + found).reduce(into: Set<Int>()) { $0.formUnion($1.places.keys) }
        for frame in times.sorted() { append(truth: truth.map { $0.places[frame] }, found: found.map { $0.places[frame] }) }
    }

    /// Adds the next frame.
    /// - Parameters:
    ///   - truth, found: each object's box or mask; nil if not visible.
    package mutating func append<Place: TrackedPlace>(truth: [Place?], found: [Place?]) {
        let rows = truth.enumerated().compactMap { entry in entry.element.map { (entry.offset, $0) } }
        let columns = found.enumerated().compactMap { entry in entry.element.map { (entry.offset, $0) } }
        for (number, _) in rows { truthLengths[number] += 1 }
        for (number, _) in columns { foundLengths[number] += 1 }
        frames.append(
            FrameOverlaps(
                truth: rows.map(\.0), found: columns.map(\.0),
                values: rows.flatMap { row in columns.map { row.1.similarity(to: $0.1) } }))
    }

    package var truthDetections: Int { truthLengths.reduce(0, +) }

    package var foundDetections: Int { foundLengths.reduce(0, +) }

    /// True if one side has no detection, for which every measure has its worst value.
    var isOneSided: Bool { truthDetections == 0 || foundDetections == 0 }
}
