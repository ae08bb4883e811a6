/// Frames around the current one, in the order of propagation (which may be backwards in the clip), and the camera motion
/// between them. Positions count from 0 in that order.
struct FrameWindow {
    /// Frames kept before and after the current one.
    let reach: Int
    /// True if the camera is known to be static.
    private let cameraIsStill: Bool
    private var frames: [WorkingFrame] = []
    /// From each frame to the previous one; the first has none.
    private var motions: [CameraMotion] = []
    /// Pixels of each frame with objects, `[height, width]`; nil for frames that have not been processed.
    private var occupied: [Plane<Bool>?] = []
    private var first = 0
    /// Pyramid of the newest frame, for the next camera motion.
    private var newest: Pyramid?

    init(reach: Int, cameraIsStill: Bool = false) {
        self.reach = reach
        self.cameraIsStill = cameraIsStill
    }

    var positions: Range<Int> { first..<first + frames.count }

    subscript(position: Int) -> WorkingFrame { frames[position - first] }

    /// True if the camera was static throughout the window.
    var isStill: Bool { motions.dropFirst().allSatisfy { $0 == .identity } }

    /// Adds the next frame, and drops those too far behind `current`.
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

    /// Pixels of a frame with objects, `[height, width]`; nil if it has not been processed.
    func occupancy(at position: Int) -> Plane<Bool>? { occupied[position - first] }

    /// Records the pixels of the visible tracks, and those close to them, in the frame at a position.
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

    /// Marks all frames as not processed, because the objects were others.
    mutating func forgetOccupancy() {
        for index in occupied.indices { occupied[index] = nil }
    }

    /// Mapping of the pixels of the frame at one position to those of another.
    func motion(from: Int, to: Int) -> CameraMotion {
        var result = CameraMotion.identity
        if to < from {
            for position in stride(from: from, to: to, by: -1) { result = result.followed(by: motions[position - first]) }
            return result
        }
        for position in stride(from: to, to: from, by: -1) { result = result.followed(by: motions[position - first]) }
        return result.inverse
    }

    /// Camera motion does not need the finest level of flow.
    private func motion(from pyramid: Pyramid, to previous: Pyramid) -> CameraMotion {
        let level = min(1, pyramid.levels.count - 1)
        let flow = DenseInverseSearch.flow(from: pyramid, to: previous, finest: level)
        return CameraMotion(fitting: flow, scale: Double(2 << level))
    }
}
