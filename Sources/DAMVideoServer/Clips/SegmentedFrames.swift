import Imaging
import Masks
import ObjectTracking
import SegmentAnything
import Synchronization

/// Cache of frames encoded by SAM 2, so that several clicks in one frame encode it once.
final class SegmentedFrames: Sendable {
    private struct Encoded: Sendable {
        let clip: String
        let frame: Int
        let picture: EncodedPicture
    }

    /// Number of cached frames, about 16 MB each.
    private static let mostKept = 3

    private let kept = Mutex<[Encoded]>([])

    /// The encoded frame, from the cache if possible.
    func picture(_ clip: String, _ frame: Int, _ image: RGBImage, _ model: SegmentationModel) -> EncodedPicture {
        if let found = kept.withLock({ $0.first { $0.clip == clip && $0.frame == frame } }) { return found.picture }
        let picture = model.encode(image)
        kept.withLock { kept in
            kept.append(Encoded(clip: clip, frame: frame, picture: picture))
            if kept.count > Self.mostKept { kept.removeFirst() }
        }
        return picture
    }
}

/// A frame in which SAM 2 segments regions.
struct SegmentedFrame {
    let clip: String
    let frame: Int
    let image: RGBImage
    let model: SegmentationModel
    let frames: SegmentedFrames

    /// - Throws: `InputError`: `invalid` for a prompt outside the frame or without a region there; `usage` for background points
    ///   only.
    func mask(of prompt: PicturePrompt) throws -> Mask {
        try model.mask(of: prompt, path: "frame \(frame)") { frames.picture(clip, frame, image, model) }
    }
}
