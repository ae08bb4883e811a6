import Imaging

/// Motion of the camera over the frames that are looked at, in pixels of the clip.
struct CameraPath: Sendable {
    /// From the frame before to a frame; frames that are left out show no motion.
    private var steps: [Int: CameraMotion] = [:]
    /// Frames with motion, ascending.
    private var frames: [Int] = []

    /// - Parameter motion: from the frame before that was added.
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
        // Binary search: there are as many as frames in the clip.
        var low = 0, high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle] > start { high = middle } else { low = middle + 1 }
        }
        for frame in frames[low...].prefix(while: { $0 <= end }) { whole = steps[frame].map { whole.followed(by: $0) } ?? whole }
        return whole
    }

    /// The box of something still, as another frame shows it.
    func moved(_ box: Rectangle, from start: Int, to end: Int) -> Rectangle {
        let motion = motion(from: start, to: end)
        return motion == .identity ? box : motion.moved(box) ?? box
    }
}
