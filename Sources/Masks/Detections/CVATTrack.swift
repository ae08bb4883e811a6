import Imaging

/// A track of CVAT's XML: shapes by frame, possibly with gaps between keyframes.
struct CVATTrack {
    let id: TrackID
    let label: String?
    /// True if the track belongs to the clip's task.
    let isOfClip: Bool
    let line: Int
    var shapes: [(frame: Int, isOutside: Bool, shape: CVATShape)] = []

    /// Adds the track's detections, including interpolated ones.
    /// - Parameter task: the clip's task; nil if the file has none.
    /// - Returns: true if nothing ends the track, so that it was extended to the task's last frame.
    /// - Throws: `InputError` for two shapes in one frame, and invalid polygons.
    func add(to table: inout DetectionTable, task: CVATTask?) throws -> Bool {
        let shapes = shapes.sorted { $0.frame < $1.frame }, step = task?.step ?? 1
        func add(_ shape: CVATShape, frame: Int) throws {
            let (outline, box) = try shape.placed()
            try table.add(DetectionRow(key: frame, box: box, shape: outline, label: label, identity: id))
        }
        for (index, (frame, isOutside, shape)) in shapes.enumerated() where !isOutside {
            try add(shape, frame: frame)
            guard index + 1 < shapes.count else { continue }
            let next = shapes[index + 1]
            guard next.frame > frame else { throw InputError(found: "frame \(frame) twice", expected: "one shape for each frame") }
            guard next.frame - frame > step, let between = try CVATInterpolation(from: shape, to: next.shape) else { continue }
            for middle in stride(from: frame + step, to: next.frame, by: step) {
                try add(between.shape(at: Double(middle - frame) / Double(next.frame - frame)), frame: middle)
            }
        }
        guard let last = shapes.last, !last.isOutside, let stop = task?.stop, stop - last.frame >= step else { return false }
        if case .mask = last.shape { return false }
        for frame in stride(from: last.frame + step, through: min(stop, FrameNames.largest), by: step) { try add(last.shape, frame: frame) }
        return true
    }
}
