import Imaging

/// Camera motion over the processed frames, in the clip's pixels.
struct CameraPath: Sendable {
    /// Motion from the previous frame to this one; missing frames have none.
    private var steps: [Int: CameraMotion] = [:]
    /// Frames with motion, ascending.
    private var frames: [Int] = []

    /// - Parameter motion: motion since the previously added frame.
    mutating func add(_ motion: CameraMotion, to frame: Int) {
        guard motion != .identity else { return }
        steps[frame] = motion
        frames.append(frame)
    }

    /// Motion from one frame to another, later or earlier.
    func motion(from start: Int, to end: Int) -> CameraMotion {
        guard !frames.isEmpty, start != end else { return .identity }
        if start > end { return motion(from: end, to: start).inverse }
        var whole = CameraMotion.identity
        // Binary search, because there may be as many as the clip has frames.
        var low = 0, high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle] > start { high = middle } else { low = middle + 1 }
        }
        for frame in frames[low...].prefix(while: { $0 <= end }) { whole = steps[frame].map { whole.followed(by: $0) } ?? whole }
        return whole
    }

    /// Position of a static box in another frame.
    func moved(_ box: Rectangle, from start: Int, to end: Int) -> Rectangle {
        let motion = motion(from: start, to: end)
        return motion == .identity ? box : motion.moved(box) ?? box
    }
}
