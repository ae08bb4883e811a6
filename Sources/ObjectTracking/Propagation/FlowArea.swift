import Imaging

/// The part of an image in which flow is needed. At the finest levels, which take nearly all of the time, patches outside it are
/// not searched; coarser levels are computed entirely.
struct FlowArea {
    private typealias Constant = FlowConstants

    /// In working pixels; nil for the whole image.
    private let boxes: [BoundingBox]?

    static let whole = FlowArea(boxes: nil)

    private init(boxes: [BoundingBox]?) {
        self.boxes = boxes
    }

    /// - Parameter boxes: in working pixels.
    init(_ boxes: [BoundingBox]) {
        self.boxes = boxes
    }

    var isEmpty: Bool { boxes?.isEmpty ?? false }

    /// True for the pixels of a pyramid level in or near the area, `[height, width]`.
    /// - Parameters:
    ///   - level: its number; the finest is 0.
    ///   - box: the level's box.
    func pixels(ofLevel level: Int, _ box: BoundingBox) -> Plane<Bool> {
        Plane(box, inside: parts(ofLevel: level, box))
    }

    /// True for the patches that cover any of those pixels, `[rows, columns]`.
    func patches(ofLevel level: Int, _ grid: PatchGrid) -> Plane<Bool> {
        let pixels = BoundingBox(left: 0, top: 0, width: grid.width, height: grid.height)
        return Plane(grid.box, inside: parts(ofLevel: level, pixels).map(grid.patches))
    }

    private func parts(ofLevel level: Int, _ box: BoundingBox) -> [BoundingBox] {
        guard let boxes, level < Constant.partialLevels else { return [box] }
        let shift = level + 1
        return boxes.compactMap { part in
            let left = part.left >> shift, top = part.top >> shift
            let right = ((part.right - 1) >> shift) + 1, bottom = ((part.bottom - 1) >> shift) + 1
            return BoundingBox(left: left, top: top, width: right - left, height: bottom - top)
                .grown(by: Constant.areaMargin, within: box)
        }
    }
}

extension Plane<Bool> {
    /// True inside any of the boxes, which must lie within `box`.
    init(_ box: BoundingBox, inside parts: [BoundingBox]) {
        let plane = MutablePlane(box, repeating: false)
        for part in parts { part.forEachPixel { plane[$0, $1] = true } }
        self = plane.finished()
    }
}
