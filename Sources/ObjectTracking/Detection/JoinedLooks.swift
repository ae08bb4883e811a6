import Detectors
import Imaging
import Masks

/// Detections of one frame from several looks at it, each object once.
package struct JoinedLooks {
    private typealias Constant = MotionLookConstants

    package private(set) var detections: [PictureDetection]
    private let picture: PictureSize

    /// - Parameter whole: of the whole picture.
    package init(whole: [PictureDetection], picture: PictureSize) { (detections, self.picture) = (whole, picture) }

    /// Adds what was found in a part of the picture, but for objects that its edge cuts off; of an object that was found before, the
    /// better detection stays.
    package mutating func add(_ found: [PictureDetection], in part: BoundingBox) {
        let before = detections
        var replaced: Set<Int> = [], added: [PictureDetection] = []
        for detection in found where !isCut(detection.box, by: part) {
            let whole = detection.moved(into: part, of: picture)
            let same = before.indices.filter { before[$0].isSameObject(as: whole) }
            guard same.allSatisfy({ before[$0].score < whole.score }) else { continue }
            replaced.formUnion(same)
            added.append(whole)
        }
        detections = before.indices.filter { !replaced.contains($0) }.map { before[$0] } + added
    }

    /// True if a box, in the part's pixels, reaches an edge of the part that is none of the picture.
    private func isCut(_ box: Rectangle, by part: BoundingBox) -> Bool {
        let edge = Constant.edge * Double(max(part.width, part.height))
        return part.left > 0 && box.left < edge || part.top > 0 && box.top < edge
            || part.right < picture.width && box.right > Double(part.width) - edge
            || part.bottom < picture.height && box.bottom > Double(part.height) - edge
    }
}

extension PictureDetection {
    fileprivate func isSameObject(as other: PictureDetection) -> Bool {
        label == other.label && box.overlap(with: other.box) >= MotionLookConstants.sameObject
    }

    /// A detection in a part of a picture as one of the picture.
    fileprivate func moved(into part: BoundingBox, of picture: PictureSize) -> PictureDetection {
        let mask = mask.map { mask in
            var pixels = [UInt8](repeating: 0, count: picture.width * picture.height)
            for y in 0..<min(mask.height, part.height) {
                let source = y * mask.width, target = (part.top + y) * picture.width + part.left
                for x in 0..<min(mask.width, part.width) { pixels[target + x] = mask.pixels[source + x] }
            }
            return Mask(width: picture.width, height: picture.height, pixels: pixels)
        }
        return PictureDetection(
            box: box.moved(x: Double(part.left), y: Double(part.top)), label: label, labelNumber: labelNumber, score: score, mask: mask)
    }
}
