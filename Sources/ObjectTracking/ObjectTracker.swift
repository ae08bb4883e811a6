import Imaging
import Masks
import Media

/// Tracks objects through a clip: with SAM 2 if available, otherwise without a model.
package struct ObjectTracker: Sendable {
    private let segmentation: SegmentationModel?
    private let detector: ObjectDetector?
    private let separatesObjects: Bool
    private let featureBytes: Int

    /// - Parameters:
    ///   - segmentation: SAM 2; nil to propagate masks without a model.
    ///   - detector: used if objects are to be detected.
    ///   - separatesObjects: true if SAM 2, or a detector, assigns a pixel to at most one object.
    ///   - featureBytes: bytes of SAM 2's cached image features for frames that are visited several times.
    package init(
        _ segmentation: SegmentationModel?, detector: ObjectDetector? = nil, separatesObjects: Bool, featureBytes: Int
    ) {
        (self.segmentation, self.detector) = (segmentation, detector)
        (self.separatesObjects, self.featureBytes) = (separatesObjects, featureBytes)
    }

    /// Masks of the objects in every frame.
    /// - Parameters:
    ///   - span: the selected part of the clip; nil for all.
    ///   - progress: called with each frame; an error it throws ends the call.
    /// - Throws: `VideoError`, `MaskError`, `InputError` (of category `unusableModel` for a checkpoint that cannot track if that
    ///   is needed), and what `progress` throws.
    package func follow(
        _ objects: GivenObjects, in clip: VideoClip, span: TimeSpan?, progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks {
        switch objects {
        case .masks(let masks, let frames):
            let tracker: any MaskTracker = try modelTracker() ?? MaskPropagator()
            return try tracker.propagate(clip: clip, in: span, masks: masks, frames: frames, progress: progress)
        case .prompts(let objects):
            guard let tracker = try modelTracker() else {
                throw InputError(.usage, "found points or boxes, expected a SAM 2 model to segment them")
            }
            return try tracker.propagate(clip: clip, in: span, prompts: objects.prompts, progress: progress)
        case .motion:
            return try MotionTracker(clip: clip, span: span).track(progress: progress)
        case .detections(let set, let filter): return try link(set, filter, in: clip, span: span, progress: progress)
        case .detector(let settings, let filter):
            guard let detector else { throw InputError(.usage, "found objects to detect, expected a detector") }
            let set = try InputError.translating {
                try DetectorRun(clip: clip.reopened(), span: span, detector: detector, settings: settings)
                    .detections { try progress(PropagationProgress(.finding, frame: $0)) }
            }
            var masks = try link(set, filter, in: clip, span: span, progress: progress)
            masks.notes = set.notes + masks.notes
            return masks
        }
    }

    private func modelTracker() throws -> SegmentAnythingTracker? {
        try segmentation?.tracker(separatesObjects: separatesObjects, featureBytes: featureBytes)
    }

    private func link(
        _ set: DetectionSet, _ filter: DetectionFilter, in clip: VideoClip, span: TimeSpan?,
        progress: (PropagationProgress) throws -> Void
    ) throws -> PropagatedMasks {
        try DetectionTracker(clip: clip, ahead: clip.reopened(), span: span, detections: set, filter: filter)
            .masks(segmentation: segmentation, separatesObjects: separatesObjects, progress: progress)
    }
}
