import Imaging
import MaskTracking

/// A clip's objects as far as they are known before SAM 2 has looked for them: where they are pointed at. Has no masks.
struct PointedObjects: MaskSource {
    let path: String
    let size: PictureSize
    let annotatedFrames: [Int]
    let tracks: [Track]

    /// - Parameters:
    ///   - path: what errors call the source, such as the clip.
    ///   - size: of the clip's frames.
    init(_ prompts: [ObjectPrompt], path: String, size: PictureSize) {
        self.path = path
        self.size = size
        annotatedFrames = Set(prompts.map(\.frame)).sorted()
        tracks = Dictionary(grouping: prompts, by: \.object).sorted { $0.key < $1.key }.map { object, prompts in
            let boxes = Dictionary(prompts.map { ($0.frame, $0.region.bounds) }, uniquingKeysWith: { $0.union($1) })
            return Track(
                id: object,
                appearances: boxes.map { Track.Appearance(frame: $0.key, box: $0.value, area: $0.value.width * $0.value.height) })
        }
    }

    func annotatedFrames(of track: TrackID) -> [Int] { tracks.first { $0.id == track }?.visibleFrames ?? [] }

    func isGiven(_ track: TrackID, at frame: Int) -> Bool { false }

    func file(of frame: Int) -> String { path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        throw MaskTrackingError(path: path, reason: .notVisible(track, frame: frame))
    }
}

extension RegionPrompt {
    /// The smallest box around all that is pointed at with, in pixels.
    fileprivate var bounds: BoundingBox {
        let pixels = points.map { point in
            // Far outside any picture, where it is refused later, a point may not fit a whole number.
            BoundingBox(left: Int(min(max(point.x, -1e6), 1e6)), top: Int(min(max(point.y, -1e6), 1e6)), width: 1, height: 1)
        }
        return (pixels + [box].compactMap(\.self)).reduce(nil) { $0?.union($1) ?? $1 }
            ?? BoundingBox(left: 0, top: 0, width: 1, height: 1)
    }
}
