import Imaging
import Masks
import Media

/// Limits of `MotionTracker`.
package enum MotionTrackerConstants {
    /// Seconds that an object is looked for after, and before, it was a region of its own. More bridges longer encounters, and costs
    /// time.
    static let carried = 2.0
    /// Share of a carried mask inside moving regions below which it shows nothing any more.
    static let supported = 0.5
    /// Share of its usual area before and after an encounter below which a mask carried through it is a piece that tells nothing.
    static let piece = 0.5
    /// Seconds an object has to be seen.
    static let shortest = 0.7
    /// Way an object has to go, in its own widths or heights, whichever is less. Less takes swaying branches for objects.
    static let way = 0.6
    /// Frames below which nothing can be said to move.
    static let fewestFrames = 4
}

/// Finds the objects that move before a fixed camera, and follows them through the clip: regions that differ from the still
/// scene, linked where they are beyond doubt, carried by `PropagationPass` where they touch, and joined where they meet again.
struct MotionTracker {
    private typealias Constant = MotionTrackerConstants

    let clip: VideoClip
    /// The part that counts; nil for all.
    let span: TimeSpan?

    /// Masks of the objects, numbered from 1 in the order in which they appear.
    /// - Throws: `VideoError`; `InputError` for a camera that moves, or fewer frames than show motion; what `progress` throws.
    func track(progress: (PropagationProgress) throws -> Void) throws -> PropagatedMasks {
        var scan = MotionScan(), size: WorkingSize?
        let motion = try MotionFinder().find(in: clip, ahead: clip.reopened(), span: span) { frame, working in
            size = working
            scan.add(frame, size: working)
            try progress(PropagationProgress(.finding, frame: frame.index))
        }
        guard let size, scan.times.count >= Constant.fewestFrames else {
            throw InputError(
                .invalid,
                "\(clip.path): found \(scan.times.count) frame\(scan.times.count == 1 ? "" : "s"), "
                    + "expected \(Constant.fewestFrames) or more to see what moves; "
                    + "or masks, points or boxes")
        }
        guard !motion.camera.isMoving else {
            throw InputError(
                .invalid, "\(clip.path): found a camera that moves, expected a fixed one to see what moves before it; or masks, points "
                    + "or boxes")
        }
        let objects = try follow(scan, size: size, progress: progress)
        var carried: [TrackID: [Int: PropagatedMask]] = [:]
        for (index, object) in objects.enumerated() { carried[.number(index + 1)] = object.masks }
        let full = FullBoxes(objects.map(\.boxes), size: clip.info.size, rate: scan.rate).boxes
        var masks = PropagatedMasks(
            path: clip.path, size: clip.info.size, source: nil, given: [:], part: scan.part, damage: motion.damage, carried: carried)
        for (index, boxes) in full.enumerated() { masks.fullBoxes[.number(index + 1)] = boxes }
        masks.notes = notes(scan, motion, objects.count)
        return masks
    }

    private func follow(
        _ scan: MotionScan, size: WorkingSize, progress: (PropagationProgress) throws -> Void
    ) throws -> [FoundObject] {
        let groups = TrackletGroups(scan.tracklets.tracklets)
        guard !groups.singles.isEmpty else { return [] }
        let reach = max(2, Int(Constant.carried * scan.rate))
        let limits = Dictionary(uniqueKeysWithValues: groups.singles.map {
            let whole = groups.reach(of: $0)
            return ($0.id, whole.lowerBound - reach...whole.upperBound + reach)
        })
        let masks = TrackletMasks(groups.singles, path: clip.path, size: size, limits: limits)
        let carried = try TrackletPropagation(clip: clip, size: size, masks: masks).run(in: scan.part, progress: progress)
        let regions = FrameRegions(scan.tracklets.tracklets)
        let objects = TrackletJoining(groups, carried.meetings).chains.compactMap {
            FoundObject($0, shortest: max(2, Int(Constant.shortest * scan.rate)), carried.masks, regions, size)
        }
        return ObjectParts(size: clip.info.size).joined(objects).sorted { ($0.firstFrame, $0.lastFrame) < ($1.firstFrame, $1.lastFrame) }
    }

    private func notes(_ scan: MotionScan, _ motion: MotionFinder.Result, _ objects: Int) -> [String] {
        var notes: [String] = []
        let changes = motion.camera.moved + motion.camera.cuts
        if changes > 0 {
            notes.append(
                "\(clip.path): the view changes \(changes) time\(changes == 1 ? "" : "s"), by a cut or a camera that is moved: objects are "
                    + "followed between")
        }
        if scan.unknownFrames > 0 {
            notes.append(
                "\(clip.path): nothing could be looked for in \(scan.unknownFrames) of \(scan.times.count) frames, "
                    + "for which the still scene "
                    + "is not known or which differ from it nearly everywhere")
        }
        if objects == 0 { notes.append("\(clip.path): found nothing that moves") }
        return notes
    }
}

/// Tracklets of a clip, gathered frame by frame.
struct MotionScan {
    private(set) var tracklets = TrackletBuilder()
    /// Seconds of each frame.
    private(set) var times: [Double] = []
    /// Frames of which nothing can be said.
    private(set) var unknownFrames = 0
    private var first: Int?
    private var last = -1

    /// Frames that were looked at.
    var part: Range<Int> { (first ?? 0)..<last + 1 }

    /// Frames a second.
    var rate: Double {
        let seconds = (times.last ?? 0) - (times.first ?? 0)
        return seconds > 0 ? Double(times.count - 1) / seconds : 1
    }

    mutating func add(_ frame: MotionFinder.Frame, size: WorkingSize) {
        if first == nil { first = frame.index }
        last = frame.index
        times.append(frame.time)
        if !frame.isKnown { unknownFrames += 1 }
        if frame.isOtherView { tracklets.interrupt() }
        tracklets.add(frame, size: PictureSize(width: size.width, height: size.height))
    }
}
