import Foundation
import Imaging
import Masks

/// Thresholds of `BoxMasks`.
package enum BoxMaskConstants {
    /// Fraction of a box's pixels in the foreground above which these are the object's mask; a person fills half of a box.
    static let covered = 0.25
    /// Lower bound on the IoU of the mask's bounding box and the object's box: a mask that covers only a part does not show the
    /// object.
    static let overlap = 0.5
    /// Margin, as a fraction of the box's sides, by which the mask may extend beyond it.
    static let margin = 0.06
    /// Confidence of a detected mask, a foreground mask, and one drawn from the box alone; halved on frames without a detection.
    static let detected: Float = 1
    static let foreground: Float = 0.9
    static let drawn: Float = 0.6
    /// Exponent of a drawn superellipse: 2 for an ellipse, more for a box.
    static let roundness = 3.0
}

/// Masks for the boxes of one frame.
struct BoxMasks {
    private typealias Constant = BoxMaskConstants

    let size: WorkingSize
    /// Foreground at the working size; nil if unknown.
    let foreground: StoredMask?

    /// A mask for each box, at the clip's size: its foreground pixels, each assigned to the box with the nearest centre, or else
    /// a rounded box.
    /// - Parameter boxes: in the clip's pixels.
    /// - Returns: nil for a box outside the image.
    func masks(of boxes: [Rectangle]) -> [(mask: StoredMask, isSeen: Bool)?] {
        let working = boxes.map { $0.scaled(by: 1 / Double(size.factor)) }
        var spans = boxes.map { _ in [Range<Int>]() }
        foreground?.forEachPixel { place in
            guard let owner = owner(of: place, working) else { return }
            if let last = spans[owner].last, last.upperBound == place, place % size.width != 0 {
                spans[owner][spans[owner].count - 1] = last.lowerBound..<place + 1
            } else {
                spans[owner].append(place..<place + 1)
            }
        }
        return boxes.indices.map { index in
            let picture = PictureSize(width: size.width, height: size.height)
            if let mask = StoredMask(size: picture, spans: spans[index]), covers(mask, working[index]), let whole = size.enlarged(mask) {
                return (whole, true)
            }
            return drawn(boxes[index]).map { ($0, false) }
        }
    }

    /// The box to which a pixel is assigned.
    private func owner(of place: Int, _ boxes: [Rectangle]) -> Int? {
        let pixel = SIMD2(Double(place % size.width) + 0.5, Double(place / size.width) + 0.5)
        var best: Int?, least = Double.infinity
        for (index, box) in boxes.enumerated() {
            let away = (pixel - box.centre) / SIMD2(max(1, box.width / 2), max(1, box.height / 2))
            guard max(abs(away.x), abs(away.y)) <= 1 + Constant.margin else { continue }
            let distance = (away * away).sum()
            if distance < least { (best, least) = (index, distance) }
        }
        return best
    }

    private func covers(_ mask: StoredMask, _ box: Rectangle) -> Bool {
        Double(mask.area) >= Constant.covered * box.area && Rectangle(mask.box).overlap(with: box) >= Constant.overlap
    }

    /// A rounded box; nil outside the image.
    private func drawn(_ box: Rectangle) -> StoredMask? {
        guard let pixels = box.pixels(in: size.full) else { return nil }
        var spans: [Range<Int>] = []
        for y in pixels.top..<pixels.bottom {
            let away = abs(Double(y) + 0.5 - box.centre.y) / (box.height / 2)
            let half = box.width / 2 * pow(max(0, 1 - pow(away, Constant.roundness)), 1 / Constant.roundness)
            let left = max(pixels.left, Int((box.centre.x - half).rounded()))
            let right = min(pixels.right, Int((box.centre.x + half).rounded()))
            if right > left { spans.append(y * size.full.width + left..<y * size.full.width + right) }
        }
        return StoredMask(size: size.full, spans: spans)
    }
}
