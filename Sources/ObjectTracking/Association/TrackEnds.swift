import Imaging

/// Thresholds of `TrackEnds`.
package enum TrackEndConstants {
    /// Seconds of a track from which its continuation is predicted.
    static let known = 1.0
    /// Seconds without a detection after which it has ended; the next processed frame always counts.
    static let pause = 0.35
    /// IoU with the predicted box at which an unused detection is added to the track.
    static let overlap = 0.5
}

/// Extends a track beyond its first and last detection through detections whose scores were too low to start or confirm it.
struct TrackEnds {
    private typealias Constant = TrackEndConstants

    /// Processed frames, ascending.
    let looked: [FrameTime]
    let camera: CameraPath

    /// Further detections at one end, from it outwards.
    /// - Parameters:
    ///   - free: unused detections of a frame.
    func continuation(
        of hits: [BoxTracklet.Hit], isForward: Bool, free: (_ frame: Int, _ time: Double) -> [BoxTracklet.Hit]
    ) -> [BoxTracklet.Hit] {
        let ordered = isForward ? hits : hits.reversed()
        guard var last = ordered.last else { return [] }
        let recent = ordered.filter { abs($0.time - last.time) <= Constant.known }
        var motion = BoxMotion(recent[0].box), found: [BoxTracklet.Hit] = []
        for (one, next) in zip(recent, recent.dropFirst()) {
            motion.predict(seconds: abs(next.time - one.time), camera: camera.motion(from: one.frame, to: next.frame))
            motion.update(next.box)
        }
        var misses = 0
        let steps = isForward ? AnySequence(looked.after(last.frame)) : AnySequence(looked.before(last.frame).reversed())
        for frame in steps {
            let gap = abs(frame.time - last.time)
            if misses > 0, gap > Constant.pause { break }
            var expected = motion
            expected.predict(seconds: gap, camera: camera.motion(from: last.frame, to: frame.number))
            let best = free(frame.number, frame.time).max { $0.box.overlap(with: expected.box) < $1.box.overlap(with: expected.box) }
            guard let best, best.box.overlap(with: expected.box) >= Constant.overlap else {
                misses += 1
                continue
            }
            expected.update(best.box)
            (motion, last, misses) = (expected, best, 0)
            found.append(best)
        }
        return found
    }
}
