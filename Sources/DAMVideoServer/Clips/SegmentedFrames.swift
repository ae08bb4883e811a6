import Imaging
import Masks
import ObjectTracking
import SegmentAnything
import Synchronization

/// Frames as SAM 2 encoded them: several clicks in one frame take the time of one.
final class SegmentedFrames: Sendable {
    private struct Encoded: Sendable {
        let clip: String
        let frame: Int
        let picture: EncodedPicture
    }

    /// Frames that are kept, some 16 MB each.
    private static let mostKept = 3

    private let kept = Mutex<[Encoded]>([])

    /// A frame as it was encoded, or is now.
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

/// A frame that SAM 2 finds regions in.
struct SegmentedFrame {
    let clip: String
    let frame: Int
    let image: RGBImage
    let model: SegmentationModel
    let frames: SegmentedFrames

    /// - Throws: `InputError`: `invalid` for a prompt outside the picture, or that means nothing there; `usage` for one that only
    ///   says where the object is not.
    func mask(of prompt: PicturePrompt) throws -> Mask {
        try model.mask(of: prompt, path: "frame \(frame)") { frames.picture(clip, frame, image, model) }
    }
}
