import Imaging
import Masks
import Media

/// A clip's objects as given, before any tracking.
package enum GivenObjects: Sendable {
    /// Masks on some frames, of which `frames` are used; nil for all.
    case masks(any MaskSource, frames: Set<Int>?)
    /// Points and boxes, from which SAM 2 makes masks.
    case prompts(PromptedObjects)
    /// No objects yet: moving ones are found first.
    case motion
    /// Detections, which are linked to tracks first.
    case detections(DetectionSet, DetectionFilter)
    /// No objects yet: a detector is run first.
    case detector(DetectorSettings, DetectionFilter)

    /// Opens an object source.
    /// - Parameters:
    ///   - settings: settings for reading mask files.
    ///   - clip: used to decide the extent of boxes.
    ///   - name: the clip's name, which selects one of several videos in a file.
    /// - Throws: `MaskError`, and `InputError` of category `usage` for a frame without a mask, an empty list, or an object with
    ///   only negative points.
    package init(_ source: ObjectSource, settings: MaskSettings, clip: VideoClip, name: String) throws {
        switch source {
        case .masks(let path, let frames):
            let masks = try ClipMasks.open(path, settings: settings, clip: clip, name: name)
            if let missing = frames?.subtracting(masks.annotatedFrames).min() {
                throw InputError(.usage, "\(path): found no mask for frame \(missing), expected one to start from")
            }
            self = .masks(masks, frames: frames)
        case .regions(let regions):
            self = .masks(try DrawnRegions(regions, path: name, size: clip.info.size), frames: nil)
        case .prompts(let prompts):
            let positive = Set(prompts.filter(\.region.isOnObject).map(\.object))
            if let object = prompts.map(\.object).first(where: { !positive.contains($0) }) {
                throw InputError(
                    .usage, "\(name): found object \(object) with only negative points, expected a positive one or a box")
            }
            self = .prompts(PromptedObjects(prompts))
        case .motion:
            try Self.checkReread(clip, name)
            self = .motion
        case .detections(let path, let settings, let filter):
            try Self.checkReread(clip, name)
            let facts = ClipFacts(clip, path: name, size: clip.info.size)
            self = .detections(
                try DetectionSources.open(path, settings: settings, clip: facts, count: clip.countFrames), filter)
        case .detector(_, let settings, let filter):
            guard settings.interval.isFinite, settings.interval >= 0 else {
                throw InputError(.usage, "\(name): found \(settings.interval) s between detections, expected 0 or more")
            }
            try Self.checkReread(clip, name)
            self = .detector(settings, filter)
        }
    }

    /// True if the objects are unknown before the clip is read.
    package var areFound: Bool {
        switch self {
        case .motion, .detections, .detector: true
        case .masks, .prompts: false
        }
    }

    /// Tracks as far as known, ascending by id.
    package var tracks: [Track] {
        switch self {
        case .masks(let masks, _): masks.tracks
        case .prompts(let objects): objects.tracks
        case .motion, .detections, .detector: []
        }
    }

    /// Frames with a mask or a prompt, ascending.
    package var annotatedFrames: [Int] {
        switch self {
        case .masks(let masks, let frames): frames?.sorted() ?? masks.annotatedFrames
        case .prompts(let objects): objects.annotatedFrames
        case .motion, .detector: []
        case .detections(let set, _): set.annotatedFrames ?? Set(set.detections.map(\.frame)).sorted()
        }
    }

    /// Notes on how the objects were read, in addition to those of the masks.
    package var notes: [String] {
        if case .detections(let set, _) = self { set.notes } else { [] }
    }

    /// - Throws: `InputError` for a clip that can be read only once.
    private static func checkReread(_ clip: VideoClip, _ name: String) throws {
        guard clip.isReadOnce else { return }
        throw InputError(
            .usage,
            "\(name): found a clip that can be read only once, expected a file, which is read more than once to find objects; or masks")
    }

    /// The masks, if the objects are given by masks.
    package var masks: (any MaskSource)? {
        if case .masks(let masks, _) = self { masks } else { nil }
    }

    /// The track with this id.
    /// - Throws: `MaskError` that lists the existing ids.
    /// - Parameter path: name of the prompts in errors.
    package func track(_ id: TrackID, path: String) throws -> Track {
        if case .masks(let masks, _) = self { return try masks.track(id) }
        if let track = tracks.first(where: { $0.id == id }) { return track }
        throw MaskError(path: path, reason: .unknownTrack(id, known: tracks.map(\.id)))
    }
}
