import Imaging
import SegmentAnything

/// A loaded SAM 2 checkpoint, which finds the region a prompt means, and follows it through a clip. Immutable: one serves any
/// number of pictures and clips.
public struct SegmentationModel: Sendable {
    let model: SegmentAnythingImageModel
    /// As it was given.
    public let path: String
    /// Nil for a checkpoint without a memory.
    private let video: SegmentAnythingVideoModel?

    /// Maps a checkpoint: a directory in the layout of `facebook/sam2.1-hiera-large`, or a file as the original authors
    /// publish (`sam2.1_hiera_large.pt`). Its tensors are neither copied nor changed.
    /// - Throws: `DAMVideoError` of kind `unusableModel` with the file at fault, what was found and what was expected.
    public init(path: String) throws {
        self.path = path
        (model, video) = try DAMVideoError.translating {
            let files = try SegmentAnythingCheckpoint(path: path)
            guard files.configuration.memory != nil else { return (try SegmentAnythingImageModel(files), nil) }
            let video = try SegmentAnythingVideoModel(files)
            return (video.image, video)
        }
    }

    /// What follows regions through clips.
    /// - Throws: `DAMVideoError` of kind `unusableModel` when the checkpoint has none.
    func tracker(separatesObjects: Bool) throws -> SegmentAnythingTracker {
        guard let video else {
            throw DAMVideoError(.unusableModel, "\(path): found a model of single pictures, expected one that tracks")
        }
        return SegmentAnythingTracker(model: video, separatesObjects: separatesObjects)
    }

    /// The region of a picture that a prompt means.
    /// - Parameter path: what errors call the picture.
    /// - Throws: `DAMVideoError` of kind `badInput` when the prompt lies outside the picture or the model finds nothing there.
    func mask(of prompt: RegionPrompt, in image: RGBImage, path: String) throws -> Mask {
        do {
            let mask = try SegmentAnythingImagePredictor(model).encode(image).bestMask(prompt.prompt).mask
            guard mask.boundingBox != nil else {
                throw DAMVideoError(.badInput, "\(path): found no region at the prompt, expected one")
            }
            return mask
        } catch let error as PicturePromptError {
            throw DAMVideoError(.badInput, "\(path): \(error)")
        }
    }
}
