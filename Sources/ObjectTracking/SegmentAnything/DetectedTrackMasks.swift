import Imaging
import Masks

/// Presents masks of detected tracks to the propagator as given masks. Each track has them on the frames where it was detected,
/// and is absent on frames without a box.
struct DetectedTrackMasks: MaskSource {
    let path: String
    let size: PictureSize
    let tracks: [Track]
    let annotatedFrames: [Int]
    private let masks: [TrackID: [Int: PropagatedMask]]
    private let framesOfTrack: [TrackID: [Int]]

    /// - Parameters:
    ///   - masks: by track and frame.
    ///   - part: selected frames of the clip.
    init(_ detected: [DetectedTrack], _ masks: [TrackID: [Int: PropagatedMask]], path: String, size: PictureSize, part: Range<Int>) {
        (self.path, self.size, self.masks) = (path, size, masks)
        var frames: [TrackID: [Int]] = [:], tracks: [Track] = []
        for track in detected {
            guard let shown = masks[track.id], !shown.isEmpty else { continue }
            let ends = track.boxes.keys.flatMap { [$0 - 1, $0 + 1] }.filter { part.contains($0) && track.boxes[$0] == nil }
            frames[track.id] = Set(ends).union(shown.keys).sorted()
            tracks.append(Track(id: track.id, label: track.label, appearances: shown.map {
                Track.Appearance(frame: $0.key, box: $0.value.mask.box, area: $0.value.mask.area)
            }))
        }
        framesOfTrack = frames
        annotatedFrames = Set(frames.values.joined()).sorted()
        self.tracks = tracks.sorted { $0.id < $1.id }
    }

    func annotatedFrames(of track: TrackID) -> [Int] { framesOfTrack[track] ?? [] }

    func file(of frame: Int) -> String { path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard let stored = masks[track]?[frame]?.mask else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return stored.mask
    }

    func storedMask(of track: TrackID, at frame: Int) throws -> StoredMask? { masks[track]?[frame]?.mask }
}
