import Imaging
import Masks

/// Presents tracklets to the propagator as given masks. Each is a track of its own, searched for some time before its first and
/// after its last frame.
struct TrackletMasks: MaskSource {
    let path: String
    let tracks: [Track]
    let annotatedFrames: [Int]
    /// Range of frames in which each tracklet may be present, in the order of `tracks`.
    let limits: [ClosedRange<Int>]
    private let working: WorkingSize
    private let masks: [TrackID: [Int: StoredMask]]
    private let framesOfTrack: [TrackID: [Int]]

    var size: PictureSize { working.full }

    /// - Parameters:
    ///   - limits: by tracklet, the range of frames in which it may be present.
    init(_ tracklets: [Tracklet], path: String, size: WorkingSize, limits: [Int: ClosedRange<Int>]) {
        (self.path, working) = (path, size)
        self.limits = tracklets.map { limits[$0.id] ?? $0.first.frame...$0.last.frame }
        var masks: [TrackID: [Int: StoredMask]] = [:], frames: [TrackID: [Int]] = [:]
        for tracklet in tracklets {
            let id = TrackID.number(tracklet.id)
            masks[id] = Dictionary(uniqueKeysWithValues: tracklet.places.map { ($0.frame, $0.mask) })
            let ends = limits[tracklet.id].map { [$0.lowerBound, $0.upperBound] } ?? []
            frames[id] = Set(tracklet.places.map(\.frame) + ends.filter { $0 >= 0 }).sorted()
        }
        self.masks = masks
        framesOfTrack = frames
        annotatedFrames = Set(frames.values.joined()).sorted()
        tracks = tracklets.map { tracklet in
            Track(
                id: .number(tracklet.id),
                appearances: tracklet.places.map { place in
                    Track.Appearance(
                        frame: place.frame, box: size.full(place.box), area: place.mask.area * size.factor * size.factor)
                })
        }.sorted { $0.id < $1.id }
    }

    func annotatedFrames(of track: TrackID) -> [Int] { framesOfTrack[track] ?? [] }

    func file(of frame: Int) -> String { path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard let stored = try storedMask(of: track, at: frame) else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return stored.mask
    }

    func storedMask(of track: TrackID, at frame: Int) throws -> StoredMask? {
        masks[track]?[frame].flatMap(working.enlarged)
    }
}

extension WorkingSize {
    /// The box in the clip's pixels that a working box covers.
    func full(_ box: BoundingBox) -> BoundingBox {
        BoundingBox(left: box.left * factor, top: box.top * factor, width: box.width * factor, height: box.height * factor)
            .intersection(BoundingBox(left: 0, top: 0, width: full.width, height: full.height)) ?? box
    }

    /// A working mask at the clip's size, with its blocky outline smoothed.
    func enlarged(_ stored: StoredMask) -> StoredMask? {
        guard factor > 1 else { return stored }
        let chance = MutablePlane<Float>(stored.box, repeating: 0)
        stored.forEachPixel { chance[$0 % width, $0 / width] = 1 }
        return ObjectTracking.enlarged(chance.finished(), self)
    }
}
