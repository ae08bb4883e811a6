import Imaging
import Masks

/// Masks that a test gives, each track on frames of its own; nil says that the object is not there.
struct DrawnMasks: MaskSource {
    let path = "drawn masks"
    let size: PictureSize
    let annotatedFrames: [Int]
    let tracks: [Track]
    private let masks: [TrackID: [Int: Mask?]]

    init(size: PictureSize, _ masks: [Int: [Int: Mask?]]) {
        self.size = size
        self.masks = Dictionary(uniqueKeysWithValues: masks.map { (TrackID.number($0.key), $0.value) })
        annotatedFrames = Set(masks.values.flatMap(\.keys)).sorted()
        tracks = masks.sorted { $0.key < $1.key }.map { id, frames in
            Track(
                id: .number(id),
                appearances: frames.compactMap { frame, mask in
                    guard let mask, let box = mask.boundingBox else { return nil }
                    return Track.Appearance(frame: frame, box: box, area: mask.area)
                })
        }
    }

    func annotatedFrames(of track: TrackID) -> [Int] { (masks[track] ?? [:]).keys.sorted() }

    func file(of frame: Int) -> String { path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        guard let mask = masks[track]?[frame] ?? nil else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        return mask
    }
}

extension Mask {
    /// A box in a picture.
    init(_ box: BoundingBox, in size: PictureSize) {
        let pixels = (0..<size.width * size.height).map { place -> UInt8 in
            let x = place % size.width - box.left, y = place / size.width - box.top
            return x >= 0 && y >= 0 && x < box.width && y < box.height ? 1 : 0
        }
        self.init(width: size.width, height: size.height, pixels: pixels)
    }
}
