import Detectors
import Imaging
import Masks

/// Merges detections of one frame from several crops, keeping each object once.
package struct JoinedLooks {
    private typealias Constant = MotionLookConstants

    package private(set) var detections: [PictureDetection]
    private let picture: PictureSize

    /// - Parameter whole: detections of the whole image.
    package init(whole: [PictureDetection], picture: PictureSize) { (detections, self.picture) = (whole, picture) }

    /// Adds the detections of a crop, except objects cut by its edge. Of an object that was found before, the better detection
    /// is kept.
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

    /// True if a box, in the crop's pixels, reaches an edge of the crop that is not an edge of the image.
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

    /// Maps a detection from a crop to the image.
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
