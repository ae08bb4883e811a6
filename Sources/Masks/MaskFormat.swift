/// Mask formats. Raw values are the values of `--masks-format`.
public enum MaskFormat: String, Sendable, Codable, CaseIterable {
    /// `DIR/00000.png`, palette index or grey value = track id (DAVIS, YouTube-VOS, SAM 2).
    case labelPNG = "label-png"
    /// `DIR/00000.png` in RGB, one colour per track.
    case colourPNG = "rgb-png"
    /// `DIR/<object>/<frame>.png`, nonzero inside (SAM 2 `--per_obj_png_file`, SA-V).
    case objectPNG = "per-object-png"
    /// `DIR/00000.png` of one object, or `DIR/00000_mask_1.png`; nonzero inside.
    case binaryPNG = "binary-png"
    /// `videos`, `annotations` with `segmentations`, `categories`; also a list of results.
    case youtubeVIS = "youtube-vis"
    /// `images`, `annotations` with `segmentation` and `track_id`, `categories`.
    case coco = "coco"
    /// A list or dictionary of frames with run-length encodings.
    case cocoRLE = "coco-rle"
    /// `frame id class_id height width rle`.
    case mots = "mots"
    /// `frame,id,left,top,width,height,conf,...`: boxes.
    case motChallenge = "motchallenge"
    /// `masklet[frame][object]`.
    case segmentAnythingVideo = "sa-v"
    /// CVAT's XML 1.1: `track` with `box`, `polygon`, `mask` and others.
    case cvat = "cvat"
    /// Label Studio's `videorectangle`: boxes.
    case labelStudio = "label-studio"
    /// Grounded-SAM-2's `mask_data` and `json_data`.
    case groundedSAM2 = "grounded-sam-2"
    /// labelme's `<frame>.json`: an object is identified by label and group.
    case labelme = "labelme"
    /// Ultralytics' `labels/<clip>_<frame>.txt` with identities.
    case ultralytics = "ultralytics"
    /// Rows of supervision's sinks with `tracker_id`: boxes.
    case supervision = "supervision"
    /// VideoRefer's `annotation` by frame.
    case videoRefer = "videorefer"

    /// Formats that masks can be written in.
    public static let writable: [MaskFormat] = [.labelPNG, .objectPNG, .youtubeVIS, .motChallenge]

    /// True if masks of the format are a folder, false if they are a file; nil if either.
    var isFolder: Bool? {
        switch self {
        case .labelPNG, .colourPNG, .objectPNG, .binaryPNG: true
        case .cocoRLE, .cvat, .labelStudio, .groundedSAM2, .labelme, .ultralytics, .supervision, .videoRefer: nil
        case .youtubeVIS, .coco, .mots, .motChallenge, .segmentAnythingVideo: false
        }
    }

    /// Default number of clip frames per frame of the format.
    var frameStep: Int { self == .segmentAnythingVideo ? 4 : 1 }

    /// The number of the first frame in files of the format; readers convert it to 0.
    var firstFrame: Int { self == .motChallenge ? 1 : 0 }
}
