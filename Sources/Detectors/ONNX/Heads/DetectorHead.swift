import Imaging

/// Detector families by the layout of their outputs. `C` is the number of classes, `N` the number of candidate boxes.
package enum DetectorFamily: String, Sendable, CaseIterable {
    /// `[1, N, 5 + C]`: offset within the cell, log of the size, objectness and class scores.
    case yolox = "yolox"
    /// The same with boxes in pixels.
    case yoloxDecoded = "yolox-decoded"
    /// `[1, N, 5 + C]`, boxes in pixels: YOLOv6 has one box per cell, YOLOv5 and v7 have three.
    case yolov5 = "yolov5"
    /// `[1, 4 + C, N]`: YOLOv8, 9, 11 and 12, boxes in pixels; with masks `[1, 4 + C + M, N]`.
    case yolov8 = "yolov8"
    /// `[1, N, 6]`: corners, score and class, after NMS; with masks `[1, N, 6 + M]`.
    case endToEnd = "end-to-end"
    /// `[N, 7]`: image, corners, class and score, after NMS.
    case endToEndRows = "end-to-end-rows"

    var isYolox: Bool { self == .yolox || self == .yoloxDecoded }
    /// True if NMS has been applied already.
    var isSuppressed: Bool { self == .endToEnd || self == .endToEndRows }
}

/// Indices and layout of a model's outputs.
struct DetectorHead: Sendable {
    let family: DetectorFamily
    /// Index of the output with boxes.
    let boxes: Int
    /// Index of the output with mask prototypes, `[1, M, h, w]`; nil if there is none.
    let prototypes: Int?
    /// Number of mask coefficients.
    let maskCount: Int
    /// nil if it depends on the image's content.
    let classCount: Int?
    /// Stride of each level in pixels, for boxes that are not decoded.
    let strides: [Int]

    /// Strides of the levels in known families.
    static let levels = [[8, 16, 32], [8, 16, 32, 64], [4, 8, 16, 32], [16, 32], [4, 8, 16], [8, 16]]

    /// The levels whose cells, times `perCell`, number `count`; nil if there are none.
    static func strides(of count: Int, perCell: Int, size: PictureSize) -> [Int]? {
        levels.first { strides in
            strides.reduce(0) { $0 + (size.width / $1) * (size.height / $1) } * perCell == count
        }
    }
}
