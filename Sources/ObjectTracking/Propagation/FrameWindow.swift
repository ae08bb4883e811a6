/// Frames around the current one, in the order of propagation (which may be backwards in the clip), and how the camera
/// moved between them. Positions count from 0 in that order.
struct FrameWindow {
    /// Frames kept before and after the current one.
    let reach: Int
    /// True if the camera is known not to move.
    private let cameraIsStill: Bool
    private var frames: [WorkingFrame] = []
    /// From each frame to the one before; the first has none.
    private var motions: [CameraMotion] = []
    /// Pixels of each frame where objects were found, `[height, width]`; nil for frames not looked at yet.
    private var occupied: [Plane<Bool>?] = []
    private var first = 0
    /// The newest frame's, for the next camera motion.
    private var newest: Pyramid?

    init(reach: Int, cameraIsStill: Bool = false) {
        self.reach = reach
        self.cameraIsStill = cameraIsStill
    }

    var positions: Range<Int> { first..<first + frames.count }

    subscript(position: Int) -> WorkingFrame { frames[position - first] }

    /// True if the camera stood still all through the window.
    var isStill: Bool { motions.dropFirst().allSatisfy { $0 == .identity } }

    /// Takes in the next frame, and forgets those too far behind `current`.
    mutating func append(_ frame: WorkingFrame, current: Int) {
        if cameraIsStill {
            motions.append(.identity)
        } else {
            let pyramid = Pyramid(frame)
            motions.append(newest.map { motion(from: pyramid, to: $0) } ?? .identity)
            newest = pyramid
        }
        frames.append(frame)
        occupied.append(nil)
        let excess = current - reach - first
        if excess > 0 {
            frames.removeFirst(excess)
            motions.removeFirst(excess)
            occupied.removeFirst(excess)
            first += excess
        }
    }

    /// Pixels of a frame where objects were found, `[height, width]`; nil when it was not looked at.
    func occupancy(at position: Int) -> Plane<Bool>? { occupied[position - first] }

    /// Notes the pixels of the visible tracks, and those close to them, in the frame at a position.
    mutating func occupy(_ position: Int, by tracks: [TrackState]) {
        let box = self[position].box
        let pixels = MutablePlane(box, repeating: false)
        for track in tracks where track.status == .visible {
            let region = track.probability.widened(within: box)
            region.box.forEachPixel { x, y in
                if region[x, y] > RegionConstants.occupiedChance { pixels[x, y] = true }
            }
        }
        occupied[position - first] = pixels.finished()
    }

    /// Counts no frame as looked at: the objects looked for were other ones.
    mutating func forgetOccupancy() {
        for index in occupied.indices { occupied[index] = nil }
    }

    /// Mapping of the pixels of the frame at one position to their places in that at another.
    func motion(from: Int, to: Int) -> CameraMotion {
        var result = CameraMotion.identity
        if to < from {
            for position in stride(from: from, to: to, by: -1) { result = result.followed(by: motions[position - first]) }
            return result
        }
        for position in stride(from: to, to: from, by: -1) { result = result.followed(by: motions[position - first]) }
        return result.inverse
    }

    /// The camera's motion does not need the finest level of flow.
    private func motion(from pyramid: Pyramid, to previous: Pyramid) -> CameraMotion {
        let level = min(1, pyramid.levels.count - 1)
        let flow = DenseInverseSearch.flow(from: pyramid, to: previous, finest: level)
        return CameraMotion(fitting: flow, scale: Double(2 << level))
    }
}
