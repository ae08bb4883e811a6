import Imaging
import SegmentAnything

/// A loaded SAM 2 checkpoint, which finds the region a prompt means. Immutable: one serves any number of pictures.
public struct SegmentationModel: Sendable {
    let model: SegmentAnythingImageModel
    /// The directory as it was given.
    public let path: String

    /// Maps a checkpoint directory in the layout of `facebook/sam2.1-hiera-large`; its files are neither copied nor changed.
    /// - Throws: `DAMVideoError` of kind `unusableModel` with the file at fault, what was found and what was expected.
    public init(directory: String) throws {
        path = directory
        model = try DAMVideoError.translating { try SegmentAnythingImageModel(directory: directory) }
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
