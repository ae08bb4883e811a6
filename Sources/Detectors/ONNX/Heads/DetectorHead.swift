import Imaging

/// Families of detectors, by what their output means. `C` are the classes, `N` the places that are looked at.
package enum DetectorFamily: String, Sendable, CaseIterable {
    /// `[1, N, 5 + C]`: place in the cell, log of the size, objectness and class scores.
    case yolox = "yolox"
    /// The same with boxes in pixels.
    case yoloxDecoded = "yolox-decoded"
    /// `[1, N, 5 + C]`, boxes in pixels: YOLOv6 has one place a cell, YOLOv5 and v7 have three.
    case yolov5 = "yolov5"
    /// `[1, 4 + C, N]`: YOLOv8, 9, 11 and 12, boxes in pixels; with masks `[1, 4 + C + M, N]`.
    case yolov8 = "yolov8"
    /// `[1, N, 6]`: corners, score and class, after suppression; with masks `[1, N, 6 + M]`.
    case endToEnd = "end-to-end"
    /// `[N, 7]`: picture, corners, class and score, after suppression.
    case endToEndRows = "end-to-end-rows"

    var isYolox: Bool { self == .yolox || self == .yoloxDecoded }
    /// True if overlapping boxes are gone already.
    var isSuppressed: Bool { self == .endToEnd || self == .endToEndRows }
}

/// Places and meanings of a model's outputs.
struct DetectorHead: Sendable {
    let family: DetectorFamily
    /// Index of the output with boxes.
    let boxes: Int
    /// Index of the output with prototypes of masks, `[1, M, h, w]`; nil for none.
    let prototypes: Int?
    /// Coefficients of a mask.
    let maskCount: Int
    /// nil where only a picture decides.
    let classCount: Int?
    /// Pixels of a cell, level by level, for boxes that are not decoded.
    let strides: [Int]

    /// Strides of the levels that families have.
    static let levels = [[8, 16, 32], [8, 16, 32, 64], [4, 8, 16, 32], [16, 32], [4, 8, 16], [8, 16]]

    /// The levels whose cells, `perCell` times, are `count`; nil for none.
    static func strides(of count: Int, perCell: Int, size: PictureSize) -> [Int]? {
        levels.first { strides in
            strides.reduce(0) { $0 + (size.width / $1) * (size.height / $1) } * perCell == count
        }
    }
}
