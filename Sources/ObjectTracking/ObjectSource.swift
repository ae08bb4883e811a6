import Masks
import SegmentAnything

/// Source of a clip's objects.
public enum ObjectSource: Sendable, Equatable {
    /// A file or folder of masks, in any layout of `MaskFormat`; of `frames` alone, unless that is nil.
    case masks(path: String, frames: Set<Int>? = nil)
    /// Regions drawn on frames, one track each, numbered from 1.
    case regions([Region])
    /// Points and boxes on frames, for SAM 2.
    case prompts([ObjectPrompt])
    /// Objects that move before a fixed camera, found without a model.
    case motion
    /// Detections made elsewhere: a file or folder in any layout of `DetectionFormat`.
    case detections(path: String, settings: DetectionSettings = DetectionSettings(), filter: DetectionFilter = DetectionFilter())
    /// Objects that a detector finds, with the path of its checkpoint.
    case detector(path: String, settings: DetectorSettings = DetectorSettings(), filter: DetectionFilter = DetectionFilter())
}

/// Points and a box that mean one object on one frame of a clip.
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
