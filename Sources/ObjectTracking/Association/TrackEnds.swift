import Imaging

/// Limits of `TrackEnds`.
package enum TrackEndConstants {
    /// Seconds of a track that tell where it goes on.
    static let known = 1.0
    /// Seconds without a detection after which it has ended; the next frame that is looked at counts however far it is.
    static let pause = 0.35
    /// IoU with the expected box from which a detection nobody has is the track's.
    static let overlap = 0.5
}

/// Goes on with a track beyond its ends through detections that were too unsure to begin or to confirm it: before its first one,
/// and after its last.
struct TrackEnds {
    private typealias Constant = TrackEndConstants

    /// Frames that were looked at, ascending.
    let looked: [FrameTime]
    let camera: CameraPath

    /// More detections at one end, from it outwards.
    /// - Parameters:
    ///   - free: the detections of a frame that nobody has.
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
