import Evaluation
import Files
import Imaging
import Masks
import Media
import ObjectTracking

/// Regions of clips, from masks in any supported format.
struct ClipMasklets {
    let clip: String
    let masks: String
    let source: String

    /// - Throws: `InputError` if clip or masks are missing or do not match.
    func read(into table: inout RegionTable) throws {
        let media = try table.media(clip)
        guard table.isWanted(media) else { return }
        let (settings, size) = (table.settings, try InputError.translating { try VideoClip(path: clip) })
        let tracks = try InputError.translating { try self.tracks(settings, size) }
        for note in tracks.notes { table.note(note) }
        let name = FileStatus(clip)?.isFolder == true ? media : media.lastIndex(of: ".").map { String(media[..<$0]) } ?? media
        for track in tracks.found {
            var (label, part) = ClassName.read(track.label ?? "")
            if settings.instances != nil {
                guard let voted = track.voted else {
                    table.tally.count("regions_dropped", "no_instance")
                    continue
                }
                (label, part) = ClassName.read(voted)
            }
            try table.add(
                RegionCandidate(
                    id: "\(name)/\(track.id)", path: clip, size: size.info.size, kind: .video, label: label, part: part, masks: track.masks,
                    visible: track.visible), source: source)
        }
    }

    private struct Found {
        let id: TrackID
        let label: String?
        let voted: String?
        let masks: [FrameMask]
        let visible: Int
    }

    private func tracks(_ settings: RegionSettings, _ clip: VideoClip) throws -> (found: [Found], notes: [String]) {
        let masks = try ClipMasks.open(masks, settings: settings.maskSettings, clip: clip, name: self.clip)
        try masks.validate(width: clip.info.width, height: clip.info.height, frameCount: clip.knownFrameCount)
        var votes = try settings.instances.map { try InstanceVotes($0, clip, name: self.clip) }
        let samples = Dictionary(uniqueKeysWithValues: masks.tracks.map { track in
            (track.id, Set(FrameSampler.frames(.track, visible: track.visibleFrames, frameCount: 0, count: settings.frames)))
        })
        var taken: [TrackID: [FrameMask]] = [:]
        // Frame by frame, so that each frame's file is read once.
        for frame in Set(masks.tracks.flatMap(\.visibleFrames)).sorted() {
            for track in masks.tracks where track.appearance(at: frame) != nil {
                let isSample = samples[track.id]?.contains(frame) ?? false
                guard isSample || votes != nil, let mask = try masks.storedMask(of: track.id, at: frame) else { continue }
                votes?.add(mask, of: track.id, at: frame)
                if isSample { taken[track.id, default: []].append(FrameMask(frame: frame, runs: RunLengthEncoding(mask.mask))) }
            }
        }
        let found = masks.tracks.map { track in
            let label = track.label ?? Int(track.id.description).flatMap { settings.labels[$0] }
            return Found(
                id: track.id, label: label, voted: votes?.label(of: track.id, visible: track.visibleFrames.count),
                masks: taken[track.id] ?? [], visible: track.visibleFrames.count)
        }
        return (found, masks.problems.map(\.message))
    }
}

/// Assigns classes to a clip's masklets by the votes of instances that match them; a masklet that matches none is a part. The
/// voting is the paper's, the thresholds are our own.
struct InstanceVotes {
    /// Minimum IoU of a masklet and an instance in a frame.
    private static let leastIoU = 0.7
    /// Share of a masklet's frames that must be exceeded by matching ones.
    private static let share = 0.5

    private let instances: [Int: [(mask: StoredMask, label: String)]]
    private var votes: [TrackID: [String: Int]] = [:]

    init(_ path: String, _ clip: VideoClip, name: String) throws {
        let set = try DetectionSources.open(path, clip: ClipFacts(clip, path: name), count: clip.countFrames)
        let size = clip.info.size
        instances = Dictionary(grouping: set.detections, by: \.frame).mapValues { detections in
            detections.compactMap { detection in
                guard let label = detection.label, let mask = detection.mask ?? Self.mask(of: detection.box, size) else { return nil }
                return (mask, label)
            }
        }
    }

    private static func mask(of box: Rectangle, _ size: PictureSize) -> StoredMask? {
        guard let box = PixelBox.inside(box, size) else { return nil }
        let spans = (box.top..<box.bottom).map { $0 * size.width + box.left..<$0 * size.width + box.right }
        return StoredMask(size: size, spans: spans)
    }

    /// Adds the vote of the instance with the largest IoU.
    mutating func add(_ mask: StoredMask, of track: TrackID, at frame: Int) {
        var best: (iou: Double, label: String)?
        for instance in instances[frame] ?? [] where instance.mask.width == mask.width && instance.mask.height == mask.height {
            let common = mask.commonPixels(with: instance.mask)
            let iou = Double(common) / Double(mask.area + instance.mask.area - common)
            if iou >= Self.leastIoU, iou > best?.iou ?? 0 { best = (iou, instance.label) }
        }
        if let best { votes[track, default: [:]][best.label, default: 0] += 1 }
    }

    /// The class of a masklet; nil if it matches instances in too few frames.
    /// - Parameter visible: number of frames that show it.
    func label(of track: TrackID, visible: Int) -> String? {
        let found = votes[track] ?? [:], matched = found.values.reduce(0, +)
        guard Double(matched) > Self.share * Double(visible) else { return nil }
        return found.max { $0.value == $1.value ? $0.key > $1.key : $0.value < $1.value }?.key
    }
}
