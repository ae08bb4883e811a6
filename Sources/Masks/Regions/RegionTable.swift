import Imaging

/// Collects the masks of one file while it is read; becomes a `RegionSource`.
struct RegionTable {
    private struct Entry {
        let appearance: Track.Appearance
        let region: StoredRegion
    }

    /// Upper bound on unusable masks to skip; more mean that the whole file is unusable.
    private static let maximumProblems = 1000

    let path: String
    let format: MaskFormat
    let keepsGoing: Bool
    /// Size of all masks; nil until the first one states it.
    var size: PictureSize?
    /// True if frames were matched by the names of the clip's stills.
    var isPlaced = false
    /// True if frames are positions in the sorted names.
    var isInOrder = false
    /// The number of the first frame in the file.
    var firstFrame: Int
    /// True if some runs have doubled backslashes.
    private var isUnescaped = false
    private(set) var problems: [MaskProblem] = []
    private var frames: Set<Int> = []
    private var entries: [TrackID: [Entry]] = [:]
    private var labels: [TrackID: String] = [:]
    /// Frames with an explicitly empty mask of a track.
    private var emptyFrames: [TrackID: Set<Int>] = [:]

    init(path: String, format: MaskFormat, keepsGoing: Bool) {
        self.path = path
        self.format = format
        self.keepsGoing = keepsGoing
        firstFrame = format.firstFrame
    }

    /// Marks a frame as annotated.
    /// - Throws: `MaskError` for a frame number out of range.
    mutating func annotate(frame: Int) throws {
        guard (0...Int(Int32.max)).contains(frame) else {
            throw unusable("frame \(frame)", "0 to \(Int32.max)")
        }
        frames.insert(frame)
    }

    /// Declares a track, with or without masks.
    mutating func declare(_ track: TrackID, label: String?) {
        if entries[track] == nil { entries[track] = [] }
        if let label, !label.isEmpty { labels[track] = label }
    }

    /// Adds a mask. An empty one means that the object is absent; nil only that the frame is in the file.
    /// - Parameter place: its location in the file, for messages.
    /// - Throws: `MaskError` if it cannot be used, unless `keepsGoing`.
    mutating func add(_ segmentation: Segmentation, to track: TrackID, frame: Int, place: @autoclosure () -> String) throws {
        try annotate(frame: frame)
        try attempt(place()) { table in
            guard let size = table.size ?? segmentation.size else {
                throw table.unusable("\(place()): a polygon, but no picture size", "width and height")
            }
            guard let region = try segmentation.region(size: size, isUnescaped: &table.isUnescaped) else { return }
            table.size = size
            guard let box = region.boundingBox else {
                table.emptyFrames[track, default: []].insert(frame)
                return
            }
            table.entries[track, default: []].append(
                Entry(
                    appearance: Track.Appearance(frame: frame, box: box, area: region.area), region: .runs(region.counts)))
        }
    }

    /// Adds a box as a mask; it must lie in the frame and not be empty.
    mutating func add(box: BoundingBox, to track: TrackID, frame: Int) throws {
        try annotate(frame: frame)
        entries[track, default: []].append(
            Entry(appearance: Track.Appearance(frame: frame, box: box, area: box.width * box.height), region: .box(box)))
    }

    /// Adds a mask of the table's size.
    mutating func add(_ mask: StoredMask, to track: TrackID, frame: Int) throws {
        try annotate(frame: frame)
        entries[track, default: []].append(
            Entry(appearance: Track.Appearance(frame: frame, box: mask.box, area: mask.area), region: .mask(mask)))
    }

    /// Records a frame in which a track is absent.
    mutating func addEmpty(_ track: TrackID, frame: Int) throws {
        try annotate(frame: frame)
        emptyFrames[track, default: []].insert(frame)
    }

    /// Adds problems found elsewhere.
    mutating func take(_ problems: [MaskProblem]) { self.problems += problems }

    /// Runs `body`; its error is reported for this place, or recorded as a problem with `keepsGoing`.
    mutating func attempt(_ place: @autoclosure () -> String, _ body: (inout RegionTable) throws -> Void) throws {
        do {
            try body(&self)
        } catch let fault as JSONFault {  // the rest of the file cannot be parsed
            throw fault
        } catch {
            let message = (error as? MaskError)?.description ?? "\(path): \(place()): \(error)"
            guard keepsGoing else {
                throw error as? MaskError ?? MaskError(path: path, reason: .atPlace(place(), "\(error)"))
            }
            problems.append(MaskProblem(.skipped, message))
            guard problems.count <= Self.maximumProblems else {
                throw unusable("more than \(Self.maximumProblems) masks that cannot be used", "a few at most")
            }
        }
    }

    mutating func note(_ message: String) {
        problems.append(MaskProblem(.note, "\(path): \(message)"))
    }

    /// Records skipped masks.
    mutating func leaveOut(_ message: String) {
        problems.append(MaskProblem(.skipped, "\(path): found \(message): left out"))
    }

    /// Renames the tracks.
    mutating func renameTracks(_ name: (TrackID) throws -> TrackID) throws {
        var renamed: [TrackID: [Entry]] = [:], renamedLabels: [TrackID: String] = [:], renamedFrames: [TrackID: Set<Int>] = [:]
        for (track, list) in entries {
            let new = try name(track)
            guard renamed.updateValue(list, forKey: new) == nil else {
                throw unusable("track \(new) twice", "a different id for each")
            }
            renamedLabels[new] = labels[track]
            renamedFrames[new] = emptyFrames[track]
        }
        (entries, labels, emptyFrames) = (renamed, renamedLabels, renamedFrames)
    }

    func unusable(_ found: String, _ expected: String) -> MaskError {
        MaskError(path: path, found: found, expected: expected)
    }

    /// - Throws: `MaskError` if there are no masks, or a frame has two of the same track. Empty tracks
    ///   among others are problems instead.
    consuming func source() throws -> RegionSource {
        var tracks: [Track] = [], regions: [TrackID: [StoredRegion]] = [:], framesOfTrack: [TrackID: [Int]] = [:]
        if isUnescaped { note("RLE counts with backslashes doubled, as Python prints them, fit the size with half of them: read that way") }
        var ownFrames: [TrackID: [Int]] = [:], empty: [MaskProblem] = []
        let allFrames = frames.sorted()
        for (id, list) in entries.sorted(by: { $0.key < $1.key }) {
            let sorted = list.sorted { $0.appearance.frame < $1.appearance.frame }
            if let (_, second) = zip(sorted, sorted.dropFirst()).first(where: { $0.appearance.frame == $1.appearance.frame }) {
                throw unusable("a second mask of track \(id) for frame \(second.appearance.frame)", "one")
            }
            guard !sorted.isEmpty else {
                empty.append(MaskProblem(.skipped, MaskError(path: path, reason: .emptyTrack(id)).description, track: id))
                continue
            }
            tracks.append(Track(id: id, label: labels[id], appearances: sorted.map(\.appearance)))
            regions[id] = sorted.map(\.region)
            let visible = sorted.map(\.appearance.frame), hidden = emptyFrames[id] ?? []
            if !hidden.isEmpty { ownFrames[id] = hidden.union(visible).sorted() }
            framesOfTrack[id] = annotatedFrames(visible, hidden, of: allFrames)
        }
        if tracks.isEmpty, let first = empty.first?.track { throw MaskError(path: path, reason: .emptyTrack(first)) }
        guard let size, !tracks.isEmpty else { throw MaskError(path: path, reason: .emptyMasks) }
        return RegionSource(
            path: path, format: format, size: size, annotatedFrames: allFrames, tracks: tracks,
            problems: problems + empty, isPlaced: isPlaced, isInOrder: isInOrder,
            firstFrame: firstFrame, regions: regions, framesOfTrack: framesOfTrack,
            framesWithMask: ownFrames)
    }

    /// Frames that determine a track; nil for all of the file. JSON omits a mask for two reasons: the object is absent, or was
    /// not drawn. Three masks or more, on at least two thirds of the frames from the first to the last, are taken as the complete
    /// work of a tracker; fewer as a person's, for this track only. The text formats are only written by trackers.
    private func annotatedFrames(_ visible: [Int], _ empty: Set<Int>, of all: [Int]) -> [Int]? {
        guard [.youtubeVIS, .coco, .cocoRLE, .labelme, .videoRefer].contains(format),
            let first = visible.first, let last = visible.last
        else { return nil }
        let own = empty.union(visible)
        let covered = all.count { (first...last).contains($0) }
        let isComplete = visible.count >= 3 && own.count { (first...last).contains($0) } * 3 >= covered * 2
        return isComplete || own.count == all.count ? nil : own.sorted()
    }
}
