import DAMVideo
import Foundation
import Imaging
import Masks
import Media
import ObjectTracking
import SegmentAnything

/// The object of an event in its clip: found by motion at the event's box, or segmented there by SAM 2.
struct EventObject {
    /// Minimum IoU of the event's box and a moving object's for them to be the same object.
    private static let sameObject = 0.35
    /// Minimum difference in IoU by which one alignment of the clip prevails over another.
    private static let lead = 0.1

    let event: FrigateEvent
    let clip: VideoClip
    let path: String
    /// Seconds of the clip to use, around the time of the box.
    let window: Double

    /// The object as passed to the captioner.
    struct Found {
        let source: ObjectSource
        let track: TrackID
        let part: ClipPart
        /// True if its masks are known in all frames.
        let isFollowed: Bool
        /// Notes on how it was found.
        var notes: [String]
    }

    /// - Parameters:
    ///   - usesModel: true if SAM 2 makes the object's masks.
    ///   - folder: folder for its masks.
    ///   - progress: called for each frame; an error it throws ends the call.
    /// - Throws: `InputError` of category `invalid` if the clip does not show the time of the box, or its alignment is ambiguous.
    func find(
        _ moment: BoxMoment, _ times: ClipTimes, length: Double, usesModel: Bool, folder: String,
        progress: (PropagationProgress) throws -> Void
    ) throws -> Found {
        guard let box = event.box else { throw InputError(.invalid, found: "no box", expected: "one") }
        let pixels = box.pixels(in: clip.info.size)
        var readings: [Reading] = []
        for start in times.starts {
            let time = moment.time - start.time
            if let frame = try clip.frame(at: time, length: length) {
                readings.append(Reading(alignment: start.alignment, time: time, frame: frame))
            }
        }
        guard let first = readings.first else {
            let time = String(format: "%.1f s", moment.time - event.start), seconds = String(format: "%.1f s", length)
            throw InputError(
                .invalid, found: "a clip of \(seconds)", expected: "one that covers the object's box, \(time) after the event's start")
        }
        let part = part(around: readings.map(\.time), length: length)
        var notes = [moment.note].compactMap(\.self), reading = first
        let moving = usesModel && readings.count == 1 ? nil : try moving(in: part, progress: progress)
        if readings.count > 1 { reading = try choose(readings, pixels, moving, times, &notes) }
        if usesModel {
            let prompt = ObjectPrompt(object: .number(1), frame: reading.frame, PicturePrompt(box: pixels))
            return Found(source: .prompts([prompt]), track: .number(1), part: part, isFollowed: false, notes: notes)
        }
        guard let moving, let track = Self.best(moving, pixels, at: reading.frame)?.track else {
            notes.append("nothing moves at the box: the box itself is tracked")
            let region = Region(.box(pixels), frame: reading.frame)
            return Found(source: .regions([region]), track: .number(1), part: part, isFollowed: false, notes: notes)
        }
        let file = folder + "/object.json"
        try InputError.translating { try MaskWriter.write(OneTrack(moving, track), as: .youtubeVIS, to: file) }
        return Found(source: .masks(path: file), track: track.id, part: part, isFollowed: true, notes: notes)
    }

    /// The time of the box in the clip, for one alignment.
    private struct Reading {
        let alignment: ClipAlignment
        let time: Double
        let frame: Int
    }

    /// The part of the clip to use; all of it if it is no longer than the window.
    private func part(around times: [Double], length: Double) -> ClipPart {
        guard length > window, let first = times.min(), let last = times.max() else { return ClipPart() }
        let start = max(0, min(length - window, (first + last - window) / 2))
        return ClipPart(start: start, duration: window)
    }

    private func moving(in part: ClipPart, progress: (PropagationProgress) throws -> Void) throws -> PropagatedMasks {
        let objects = try GivenObjects(.motion, settings: MaskSettings(), clip: clip, name: path)
        return try InputError.translating {
            try ObjectTracker(nil, separatesObjects: false, featureBytes: 0)
                .follow(objects, in: clip.reopened(), span: part.span(), progress: progress)
        }
    }

    /// The alignment in whose frame something moves at the box.
    private func choose(
        _ readings: [Reading], _ box: BoundingBox, _ moving: PropagatedMasks?, _ times: ClipTimes, _ notes: inout [String]
    ) throws -> Reading {
        let overlaps = readings.map { reading in moving.flatMap { Self.best($0, box, at: reading.frame)?.overlap } ?? 0 }
        let seconds = String(format: "%.1f s %@", abs(times.excess), times.excess > 0 ? "longer" : "shorter")
        let isDecided = overlaps[0] >= Self.sameObject || overlaps[1] >= Self.sameObject
        let best = isDecided && overlaps[1] > overlaps[0] + Self.lead ? readings[1] : readings[0]
        // A recording that begins early at a keyframe ends with its event; a missing part could be anywhere.
        guard isDecided || times.excess > 0 else {
            throw InputError(
                .invalid, found: "a clip \(seconds) than its event, which may lack its end or its start, and nothing moving in the box "
                    + "shows which", expected: "--clip-align start or --clip-align end")
        }
        let end = best.alignment == .start ? "beginning" : "ending"
        notes.append("the clip is \(seconds) than its event: taken as \(end) with it")
        return best
    }

    private static func best(_ masks: PropagatedMasks, _ box: BoundingBox, at frame: Int) -> (track: Track, overlap: Double)? {
        let found = masks.tracks.compactMap { track in
            track.appearance(at: frame).map { (track: track, overlap: overlap($0.box, box)) }
        }
        return found.max { $0.overlap < $1.overlap }.flatMap { $0.overlap >= sameObject ? $0 : nil }
    }

    private static func overlap(_ one: BoundingBox, _ other: BoundingBox) -> Double {
        let both = one.intersection(other).map { $0.width * $0.height } ?? 0
        return Double(both) / Double(one.width * one.height + other.width * other.height - both)
    }
}

/// A single track of a mask source.
private struct OneTrack: MaskSource {
    private let all: PropagatedMasks
    let tracks: [Track]

    init(_ all: PropagatedMasks, _ track: Track) { (self.all, tracks) = (all, [track]) }

    var path: String { all.path }
    var size: PictureSize { all.size }
    var annotatedFrames: [Int] { all.annotatedFrames }

    func file(of frame: Int) -> String { all.file(of: frame) }

    func mask(of track: TrackID, at frame: Int) throws -> Mask { try all.mask(of: track, at: frame) }
}
