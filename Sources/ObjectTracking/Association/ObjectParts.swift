import Imaging
import Masks

/// Thresholds of `ObjectParts`.
package enum PartConstants {
    /// Fraction of a part's frames that must show the other one as well, and their minimum number: on other frames one is hidden
    /// or missed.
    static let common = 0.3
    static let fewestFrames = 4
    /// Fraction of these on which the two are arranged like parts of one object.
    static let concurrent = 0.8
    /// Fraction of the narrower box that is above or below the other.
    static let stacked = 0.5
    /// Vertical overlap, as a fraction of the smaller height, up to which two boxes count as one above the other.
    static let overlap = 0.3
    /// Gap between the two in the larger one's usual heights, used if heights tell nothing.
    static let gap = 0.8
    /// Upper bound on the variation of the horizontal distance between the two, in the larger one's usual widths, and the
    /// fraction of frames on either side that may exceed it.
    static let steadiness = 0.6
    static let unsteady = 0.1
    /// Fraction of the usual height at its position up to which something is a part, and tolerance of the whole's height
    /// relative to it.
    static let partHeight = 0.65
    /// The same bound for the other part: above it, it is a whole person, with another one behind.
    static let otherHeight = 0.9
    static let wholeHeight = 0.25
    /// Fraction of a box inside the other one at which it shows a part of it.
    static let inside = 0.8
    /// The same if heights tell nothing.
    static let wellInside = 0.95
}

/// Joins the visible parts of one object above and below an occluder such as a sign: stacked parts that keep their relative
/// position and together are as high as other objects at that position.
package struct ObjectParts {
    private typealias Constant = PartConstants

    let size: PictureSize

    /// - Parameter size: the clip's size.
    package init(size: PictureSize) { self.size = size }

    /// Objects, each with its parts joined.
    package func joined(_ objects: [FoundObject]) -> [FoundObject] {
        var result = objects.sorted { $0.masks.count > $1.masks.count }
        let heights = UsualHeights(result.map(\.boxes), size: size)
        var index = 0
        while index < result.count {
            let whole = result[index]
            if let part = result[(index + 1)...].firstIndex(where: { isPart($0, of: whole, heights) }) {
                result[index] = whole.joined(with: result[part])
                result.remove(at: part)
            } else {
                index += 1
            }
        }
        return result
    }

    private func isPart(_ part: FoundObject, of whole: FoundObject, _ heights: UsualHeights) -> Bool {
        let boxes = whole.masks.values.map(\.mask.box)
        let width = Double(boxes.map(\.width).sorted()[boxes.count / 2])
        let height = Double(boxes.map(\.height).sorted()[boxes.count / 2])
        var offsets: [Double] = [], both = 0
        for (frame, mask) in part.masks {
            guard let other = whole.masks[frame]?.mask.box else { continue }
            both += 1
            let box = mask.mask.box
            guard areOne(box, other, usual: height, heights) else { continue }
            offsets.append(box.middle.x - other.middle.x)
        }
        guard Double(both) >= Constant.common * Double(part.masks.count), both >= Constant.fewestFrames,
            Double(offsets.count) >= Constant.concurrent * Double(both)
        else { return false }
        offsets.sort()
        let few = Int(Constant.unsteady * Double(offsets.count))
        return offsets[offsets.count - 1 - few] - offsets[few] <= Constant.steadiness * width
    }

    /// True if two boxes of a frame may show parts of one object.
    /// - Parameter usual: height of the larger object.
    private func areOne(_ part: BoundingBox, _ other: BoundingBox, usual: Double, _ heights: UsualHeights) -> Bool {
        let common = min(part.right, other.right) - max(part.left, other.left)
        guard Double(common) >= Constant.stacked * Double(min(part.width, other.width)) else { return false }
        let gap = max(part.top, other.top) - min(part.bottom, other.bottom)
        let isStacked = Double(gap) >= -Constant.overlap * Double(min(part.height, other.height))
        guard let offset = heights.common else {
            return isStacked ? Double(gap) <= Constant.gap * usual : part.shareInside(other) >= Constant.wellInside
        }
        let feet = max(part.bottom, other.bottom), expected = heights.height(offset, feet: feet)
        let whole = Double(feet - min(part.top, other.top)), limit = Constant.partHeight * expected
        guard Double(part.height) <= limit, abs(whole - expected) <= Constant.wholeHeight * expected else { return false }
        if isStacked { return Double(other.height) <= Constant.otherHeight * expected }
        return part.shareInside(other) >= Constant.inside
    }
}

extension BoundingBox {
    /// Fraction of its pixels inside another box, 0...1.
    fileprivate func shareInside(_ other: BoundingBox) -> Double {
        intersection(other).map { Double($0.width * $0.height) / Double(width * height) } ?? 0
    }
}

extension FoundObject {
    /// By frame, the bounding box of the visible mask.
    var boxes: [Int: BoundingBox] { masks.mapValues(\.mask.box) }

    /// Adds the pixels of a part.
    fileprivate func joined(with part: FoundObject) -> FoundObject {
        FoundObject(
            masks: masks.merging(part.masks) { mask, other in
                PropagatedMask(
                    mask: mask.mask.joined(with: other.mask), confidence: min(mask.confidence, other.confidence),
                    support: min(mask.support, other.support),
                    distance: max(mask.distance, other.distance), isBackward: mask.isBackward)
            })
    }
}
