import Imaging
import SegmentAnything

/// A loaded SAM 2 checkpoint, which finds the region a prompt means, and follows it through a clip. Immutable: one serves any
/// number of pictures and clips.
public struct SegmentationModel: Sendable {
    let model: SegmentAnythingImageModel
    /// As it was given.
    public let path: String
    /// Video model; nil for a checkpoint without memory, a failure if its widths do not fit.
    private let tracking: Result<SegmentAnythingVideoModel, InputError>?

    /// Maps a checkpoint: a directory in the layout of `facebook/sam2.1-hiera-large`, or a file as the original authors
    /// publish (`sam2.1_hiera_large.pt`). Its tensors are neither copied nor changed.
    /// - Throws: `InputError` of category `unusableModel` with the file at fault, what was found and what was expected.
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

    /// Multiplications and additions that following `objects` takes in each frame.
    package func frameOperations(objects: Int) -> Double {
        guard case .success(let video)? = tracking else { return 0 }
        return SegmentAnythingCost(configuration: video.configuration, weights: .f32)
            .trackedFrame(video.memory, objects: objects).operations
    }

    /// A tracker that follows regions through clips.
    /// - Parameters:
    ///   - separatesObjects: true if a pixel belongs to one object at most.
    ///   - featureBytes: bytes of image features to keep.
    /// - Throws: `InputError` of category `unusableModel` when the checkpoint has none.
    func tracker(separatesObjects: Bool, featureBytes: Int) throws -> SegmentAnythingTracker {
        SegmentAnythingTracker(model: try video, separatesObjects: separatesObjects, featureBytes: featureBytes)
    }

    /// Checks that the checkpoint can follow objects through clips.
    /// - Throws: `InputError` of category `unusableModel`.
    package func checkTracking() throws { _ = try video }

    private var video: SegmentAnythingVideoModel {
        get throws {
            guard let tracking else {
                throw InputError(.unusableModel, "\(path): found a model of single pictures, expected one that tracks")
            }
            return try tracking.get()
        }
    }

    /// The region of a picture that each box means, with the IoU that is expected of it; nil where nothing is found. The picture is
    /// encoded once.
    /// - Parameter boxes: with pixels of the picture.
    package func masks(of boxes: [BoundingBox], in image: RGBImage) throws -> [(mask: Mask, expectedIoU: Float)?] {
        let encoded = SegmentAnythingImagePredictor(model).encode(image)
        return try boxes.map { box in
            let found = try encoded.bestMask(PicturePrompt(box: box)), mask = found.mask
            return mask.boundingBox == nil ? nil : (mask, min(max(found.iou, 0), 1))
        }
    }

    /// The region of a picture that a prompt means.
    /// - Parameter path: what errors call the picture.
    /// - Throws: `InputError` of category `invalid` when the prompt lies outside the picture or the model finds nothing there,
    ///   `usage` when it only says where the object is not.
    package func mask(of prompt: PicturePrompt, in image: RGBImage, path: String) throws -> Mask {
        try mask(of: prompt, path: path) { encode(image) }
    }

    /// A picture that any number of prompts can be asked of; encoding it takes nearly all of the time.
    package func encode(_ image: RGBImage) -> EncodedPicture { SegmentAnythingImagePredictor(model).encode(image) }

    /// The region of a picture that a prompt means.
    /// - Parameters:
    ///   - path: what errors call the picture.
    ///   - picture: gives the picture, encoded by this model.
    /// - Throws: as `mask(of:in:path:)`.
    package func mask(of prompt: PicturePrompt, path: String, in picture: () throws -> EncodedPicture) throws -> Mask {
        guard prompt.isOnObject else {
            throw InputError(.usage, "\(path): found points beside the object alone, expected one on it, or a box around it")
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
