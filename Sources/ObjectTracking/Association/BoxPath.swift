import Imaging

/// Boxes of an object on every frame from its first to its last detection: a Kalman smoother over `BoxMotion` that removes
/// jitter and bridges gaps.
struct BoxPath: Sendable {
    /// By frame.
    let boxes: [Int: Rectangle]

    /// - Parameters:
    ///   - hits: ascending by frame, at least one.
    ///   - frames: numbers and times of all frames of the clip from the first to the last hit, ascending.
    ///   - longestGap: seconds between two hits up to which the path is bridged.
    init(
        _ hits: [BoxTracklet.Hit], frames: ArraySlice<FrameTime>, longestGap: Double, camera: CameraPath = CameraPath(),
        picture: PictureSize? = nil
    ) {
        let byFrame = Dictionary(hits.map { ($0.frame, $0) }, uniquingKeysWith: { first, _ in first })
        var states: [State] = []
        for frame in frames {
            let hit = byFrame[frame.number]
            guard let last = states.last else {
                if let hit { states.append(State(frame: frame.number, time: frame.time, motion: BoxMotion(hit.box))) }
                continue
            }
            let seconds = max(1e-3, frame.time - last.time)
            var predicted = last.motion
            let scale = predicted.predict(seconds: seconds, camera: camera.motion(from: last.frame, to: frame.number))
            var state = State(frame: frame.number, time: frame.time, motion: predicted)
            (state.seconds, state.scale) = (seconds, scale)
            if let hit { state.motion.update(hit.box, doubt: 1 + (1 - hit.strength) + 2 * (1 - hit.visible)) }
            states.append(state)
        }
        for index in states.indices.reversed().dropFirst() {
            let later = states[index + 1]
            states[index].motion = states[index].motion.smoothed(
                predicted: later.predicted, later: later.motion, seconds: later.seconds, scale: later.scale)
        }
        var bridged: Set<Int> = []
        for (one, next) in zip(hits, hits.dropFirst()) where next.time - one.time <= longestGap {
            bridged.formUnion(one.frame..<next.frame)
        }
        bridged.formUnion(hits.map(\.frame))
        let whole = picture.map { Rectangle(left: 0, top: 0, width: Double($0.width), height: Double($0.height)) }
        let shown = states.filter { state in
            guard bridged.contains(state.frame) else { return false }
            // Predicted positions mostly outside the image are dropped.
            return byFrame[state.frame] != nil || whole.map { state.motion.box.commonArea(with: $0) >= state.motion.box.area / 2 } ?? true
        }
        boxes = Dictionary(uniqueKeysWithValues: shown.map { ($0.frame, $0.motion.box) })
    }

    private struct State {
        let frame: Int
        let time: Double
        /// After the frame's detection.
        var motion: BoxMotion
        /// Before it.
        let predicted: BoxMotion
        /// Time since the previous frame.
        var seconds = 0.0
        var scale = 1.0

        init(frame: Int, time: Double, motion: BoxMotion) {
            (self.frame, self.time, self.motion) = (frame, time, motion)
            predicted = motion
        }
    }
}
