/// Formats of other tools' detections. Raw values are the values of `--detections-format`.
public enum DetectionFormat: String, Sendable, Codable, CaseIterable {
    /// `frame,id,left,top,width,height,conf,...`: `det.txt`, `gt.txt` and trackers' results.
    case motChallenge = "motchallenge"
    /// A list of results with `image_id`, `bbox` and `score`, or `images` and `annotations`.
    case coco = "coco"
    /// `<clip>_<frame>.txt` with lines `class x y width height` or `class x1 y1 x2 y2 ...`, in fractions of the image size.
    case ultralytics = "ultralytics"
    /// XML 1.1 for video: `track` with `box`, `polygon`, `mask` and others.
    case cvat = "cvat"
    /// A task with `videorectangle` results.
    case labelStudio = "label-studio"
    /// `json_data/mask_<frame>.json` beside `mask_data/mask_<frame>.npy`.
    case groundedSAM2 = "grounded-sam-2"
    /// `<frame>.json` with `shapes`.
    case labelme = "labelme"
    /// Rows of supervision's sinks: `x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,...`.
    case supervision = "supervision"
    /// A list of objects, each with `annotation` by frame.
    case videoRefer = "videorefer"
}
