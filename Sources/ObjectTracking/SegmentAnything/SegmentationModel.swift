import Imaging
import SegmentAnything

/// A loaded SAM 2 checkpoint, which segments an image by a prompt and tracks the region through a clip. Immutable, so one
/// instance serves any number of images and clips.
public struct SegmentationModel: Sendable {
    let model: SegmentAnythingImageModel
    /// As given.
    public let path: String
    /// Video model; nil for a checkpoint without memory, a failure if its widths do not fit.
    private let tracking: Result<SegmentAnythingVideoModel, InputError>?

    /// Maps a checkpoint: a directory in the layout of `facebook/sam2.1-hiera-large`, or a file published by the original
    /// authors (`sam2.1_hiera_large.pt`). Its tensors are neither copied nor modified.
    /// - Throws: `InputError` of category `unusableModel` with the file, what was found and what was expected.
    public init(path: String) throws {
        self.path = path
        (model, tracking) = try InputError.translating {
            let files = try SegmentAnythingCheckpoint(path: path)
            guard files.configuration.memory != nil else { return (try SegmentAnythingImageModel(files), nil) }
            if let problem = files.trackingProblem {
                return (try SegmentAnythingImageModel(files), .failure(InputError(.unusableModel, "\(problem)")))
            }
            let video = try SegmentAnythingVideoModel(files)
            return (video.image, .success(video))
        }
    }

    /// Operations per frame for tracking `objects`, counting multiplications and additions.
    package func frameOperations(objects: Int) -> Double {
        guard case .success(let video)? = tracking else { return 0 }
        return SegmentAnythingCost(configuration: video.configuration, weights: .f32)
            .trackedFrame(video.memory, objects: objects).operations
    }

    /// A tracker of regions through clips.
    /// - Parameters:
    ///   - separatesObjects: true if a pixel belongs to at most one object.
    ///   - featureBytes: bytes of cached image features.
    /// - Throws: `InputError` of category `unusableModel` if the checkpoint cannot track.
    func tracker(separatesObjects: Bool, featureBytes: Int) throws -> SegmentAnythingTracker {
        SegmentAnythingTracker(model: try video, separatesObjects: separatesObjects, featureBytes: featureBytes)
    }

    /// Checks that the checkpoint can track objects through clips.
    /// - Throws: `InputError` of category `unusableModel`.
    package func checkTracking() throws { _ = try video }

    private var video: SegmentAnythingVideoModel {
        get throws {
            guard let tracking else {
                throw InputError(.unusableModel, "\(path): found a model of single pictures, expected one that can track")
            }
            return try tracking.get()
        }
    }

    /// Segments an image by each box, with the predicted IoU; nil where nothing is found. The image is encoded once.
    /// - Parameter boxes: boxes that overlap the image.
    package func masks(of boxes: [BoundingBox], in image: RGBImage) throws -> [(mask: Mask, expectedIoU: Float)?] {
        let encoded = SegmentAnythingImagePredictor(model).encode(image)
        return try boxes.map { box in
            let found = try encoded.bestMask(PicturePrompt(box: box)), mask = found.mask
            return mask.boundingBox == nil ? nil : (mask, min(max(found.iou, 0), 1))
        }
    }

    /// Segments an image by a prompt.
    /// - Parameter path: name of the image in errors.
    /// - Throws: `InputError` of category `invalid` if the prompt lies outside the image or the model finds nothing there,
    ///   `usage` if all points are negative.
    package func mask(of prompt: PicturePrompt, in image: RGBImage, path: String) throws -> Mask {
        try mask(of: prompt, path: path) { encode(image) }
    }

    /// Encodes an image for any number of prompts; this takes nearly all of the time.
    package func encode(_ image: RGBImage) -> EncodedPicture { SegmentAnythingImagePredictor(model).encode(image) }

    /// Segments an image by a prompt.
    /// - Parameters:
    ///   - path: name of the image in errors.
    ///   - picture: returns the image, encoded by this model.
    /// - Throws: as `mask(of:in:path:)`.
    package func mask(of prompt: PicturePrompt, path: String, in picture: () throws -> EncodedPicture) throws -> Mask {
        guard prompt.isOnObject else {
            throw InputError(.usage, "\(path): found only negative points, expected a positive one or a box")
        }
        do {
            let mask = try picture().bestMask(prompt).mask
            guard mask.boundingBox != nil else {
                throw InputError(.invalid, "\(path): found no region at the prompt, expected one")
            }
            return mask
        } catch let error as PicturePromptError {
            throw InputError(.invalid, "\(path): \(error)")
        }
    }
}
