import Masks
import SegmentAnything

/// Source of a clip's objects.
public enum ObjectSource: Sendable, Equatable {
    /// A file or folder of masks, in any layout of `MaskFormat`; `frames` selects frames, nil for all.
    case masks(path: String, frames: Set<Int>? = nil)
    /// Regions drawn on frames, one track each, numbered from 1.
    case regions([Region])
    /// Points and boxes on frames, for SAM 2.
    case prompts([ObjectPrompt])
    /// Moving objects in front of a fixed camera, found without a model.
    case motion
    /// External detections: a file or folder in any layout of `DetectionFormat`.
    case detections(path: String, settings: DetectionSettings = DetectionSettings(), filter: DetectionFilter = DetectionFilter())
    /// Objects found by a detector, given by the path of its checkpoint.
    case detector(path: String, settings: DetectorSettings = DetectorSettings(), filter: DetectionFilter = DetectionFilter())
}

/// Points and a box that indicate one object in one frame of a clip.
public struct ObjectPrompt: Sendable, Equatable, Codable {
    public let object: TrackID
    /// 0-based.
    public let frame: Int
    /// In pixels of the clip.
    public let region: PicturePrompt

    public init(object: TrackID, frame: Int, _ region: PicturePrompt) {
        self.object = object
        self.frame = frame
        self.region = region
    }
}
