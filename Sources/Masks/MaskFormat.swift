/// The layouts masks come in, by the names `--masks-format` takes.
public enum MaskFormat: String, Sendable, Codable, CaseIterable {
    /// `DIR/00000.png`, palette index or grey value = track (DAVIS, YouTube-VOS, SAM 2).
    case labelPNG = "label-png"
    /// `DIR/00000.png` in RGB: one colour, one track.
    case colourPNG = "rgb-png"
    /// `DIR/<object>/<frame>.png`, anything but 0 inside (SAM 2 `--per_obj_png_file`, SA-V).
    case objectPNG = "per-object-png"
    /// `DIR/00000.png` of one object, or `DIR/00000_mask_1.png`; anything but 0 inside.
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
    /// labelme's `<frame>.json`: an object is a label and a group.
    case labelme = "labelme"
    /// Ultralytics' `labels/<clip>_<frame>.txt` with identities.
    case ultralytics = "ultralytics"
    /// Rows of supervision's sinks with `tracker_id`: boxes.
    case supervision = "supervision"
    /// VideoRefer's `annotation` by frame.
    case videoRefer = "videorefer"

    /// The layouts masks can be written in.
    public static let writable: [MaskFormat] = [.labelPNG, .objectPNG, .youtubeVIS, .motChallenge]

    /// True if masks of the layout are a folder, false if they are a file; nil if they may be either.
    var isFolder: Bool? {
        switch self {
        case .labelPNG, .colourPNG, .objectPNG, .binaryPNG: true
        case .cocoRLE, .cvat, .labelStudio, .groundedSAM2, .labelme, .ultralytics, .supervision, .videoRefer: nil
        case .youtubeVIS, .coco, .mots, .motChallenge, .segmentAnythingVideo: false
        }
    }

    /// Clip frames from one key of the layout to the next.
    var frameStep: Int { self == .segmentAnythingVideo ? 4 : 1 }

    /// The number of the clip's first frame in files of the layout; readers count from 0 all the same.
    var firstFrame: Int { self == .motChallenge ? 1 : 0 }
}
