import Imaging
import Masks

/// Limits of `ObjectParts`.
package enum PartConstants {
    /// Share of a part's frames on which the other one is seen as well, and frames at least: on others one part hides, or is missed.
    static let common = 0.3
    static let fewestFrames = 4
    /// Share of these on which the two lie as parts of one do.
    static let concurrent = 0.8
    /// Share of the narrower box that lies above or below the other.
    static let stacked = 0.5
    /// Share of the less high box's height up to which the two overlap and are yet one above the other.
    static let overlap = 0.3
    /// Gap between the two, in the usual height of the larger one, where heights tell nothing.
    static let gap = 0.8
    /// Change of the distance across between the two, in the larger one's usual width, that they keep, and share of the frames to
    /// either side on which they need not.
    static let steadiness = 0.6
    static let unsteady = 0.1
    /// Share of the usual height at its place up to which something is a part, and difference to it, in that height, of the whole.
    static let partHeight = 0.65
    /// The same for what a part lies above or below: higher is a whole person, with another behind.
    static let otherHeight = 0.9
    static let wholeHeight = 0.25
    /// Share of a box that lies inside the other one's if it shows a part of it.
    static let inside = 0.8
    /// The same where heights tell nothing.
    static let wellInside = 0.95
}

/// Puts together what is seen of one object above and below something in front of it, such as a sign: parts one over the other
/// that keep their places and together are as high as others are there.
package struct ObjectParts {
    private typealias Constant = PartConstants

    let size: PictureSize

    /// - Parameter size: of the clip.
    package init(size: PictureSize) { self.size = size }

    /// Objects, each with its parts.
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
    /// Share of its pixels inside another box, 0...1.
    fileprivate func shareInside(_ other: BoundingBox) -> Double {
        intersection(other).map { Double($0.width * $0.height) / Double(width * height) } ?? 0
    }
}

extension FoundObject {
    /// By frame, the box around what is seen of it.
    var boxes: [Int: BoundingBox] { masks.mapValues(\.mask.box) }

    /// With the pixels of a part.
    fileprivate func joined(with part: FoundObject) -> FoundObject {
        FoundObject(
            masks: masks.merging(part.masks) { mask, other in
                PropagatedMask(
                    mask: mask.mask.joined(with: other.mask), confidence: min(mask.confidence, other.confidence),
                    distance: max(mask.distance, other.distance), isBackward: mask.isBackward)
            })
    }
}
