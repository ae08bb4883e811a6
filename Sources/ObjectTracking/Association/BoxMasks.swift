import Foundation
import Imaging
import Masks

/// Limits of `BoxMasks`.
package enum BoxMaskConstants {
    /// Share of a box's pixels that differ from the still scene, from which they are the object's mask: a person fills half of a box.
    static let covered = 0.25
    /// IoU of a mask's own box with the object's box at least: what reaches over a part only does not show the object.
    static let overlap = 0.5
    /// Share of a box's sides by which the mask may reach beyond.
    static let margin = 0.06
    /// Confidence of a mask that was detected, of one of the foreground, and of one drawn from the box alone; half for a frame without
    /// a detection.
    static let detected: Float = 1
    static let foreground: Float = 0.9
    static let drawn: Float = 0.6
    /// Roundness of a drawn mask: 2 for an ellipse, more for a box.
    static let roundness = 3.0
}

/// Masks of the boxes of one frame.
struct BoxMasks {
    private typealias Constant = BoxMaskConstants

    let size: WorkingSize
    /// Pixels at the working size that differ from the still scene; nil where that is not known.
    let foreground: StoredMask?

    /// A mask of each box, at the clip's size: the pixels in it that differ from the still scene, each given to the box whose middle is
    /// nearest, or a rounded box.
    /// - Parameter boxes: in pixels of the clip.
    /// - Returns: nil for a box outside the picture.
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

    /// The box that a pixel belongs to.
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

    /// A box with round corners; nil outside the picture.
    private func drawn(_ box: Rectangle) -> StoredMask? {
        guard let pixels = box.pixels(in: size.full) else { return nil }
        var spans: [Range<Int>] = []
        for y in pixels.top..<pixels.bottom {
            let away = abs(Double(y) + 0.5 - box.centre.y) / (box.height / 2)
            let half = box.width / 2 * pow(max(0, 1 - pow(away, Constant.roundness)), 1 / Constant.roundness)
            let left = max(pixels.left, Int((box.centre.x - half).rounded())), right = min(pixels.right, Int((box.centre.x + half).rounded()))
            if right > left { spans.append(y * size.full.width + left..<y * size.full.width + right) }
        }
        return StoredMask(size: size.full, spans: spans)
    }
}
