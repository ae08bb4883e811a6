import Imaging
import Masks

/// Limits of `ObjectParts`.
package enum PartConstants {
    /// Share of a part's frames on which the other one is seen as well.
    static let concurrent = 0.8
    /// Share of the narrower box that lies above or below the other.
    static let stacked = 0.5
    /// Gap between the two, in the usual height of the larger one.
    static let gap = 0.8
    /// Change of the distance across between the two, in the larger one's usual width, that they keep all the time.
    static let steadiness = 0.6
}

/// Puts together what is seen of one object above and below something in front of it, such as a sign: parts one over the other
/// that keep their places.
enum ObjectParts {
    private typealias Constant = PartConstants

    /// Objects, each with its parts.
    static func joined(_ objects: [FoundObject]) -> [FoundObject] {
        var result = objects.sorted { $0.masks.count > $1.masks.count }
        var index = 0
        while index < result.count {
            let whole = result[index]
            if let part = result[(index + 1)...].firstIndex(where: { isPart($0, of: whole) }) {
                result[index] = whole.joined(with: result[part])
                result.remove(at: part)
            } else {
                index += 1
            }
        }
        return result
    }

    private static func isPart(_ part: FoundObject, of whole: FoundObject) -> Bool {
        let boxes = whole.masks.values.map(\.mask.box)
        let width = Double(boxes.map(\.width).sorted()[boxes.count / 2])
        let height = Double(boxes.map(\.height).sorted()[boxes.count / 2])
        var offsets: [Double] = []
        for (frame, mask) in part.masks {
            guard let other = whole.masks[frame]?.mask.box else { continue }
            let box = mask.mask.box
            let common = min(box.right, other.right) - max(box.left, other.left)
            let gap = max(box.top, other.top) - min(box.bottom, other.bottom)
            guard Double(common) >= Constant.stacked * Double(min(box.width, other.width)), gap >= 0,
                Double(gap) <= Constant.gap * height
            else { continue }
            offsets.append(box.middle.x - other.middle.x)
        }
        guard Double(offsets.count) >= Constant.concurrent * Double(part.masks.count) else { return false }
        return (offsets.max() ?? 0) - (offsets.min() ?? 0) <= Constant.steadiness * width
    }
}

extension FoundObject {
    /// With the pixels of a part on the frames where both are seen.
    fileprivate func joined(with part: FoundObject) -> FoundObject {
        let masks = masks.map { frame, mask in
            guard let other = part.masks[frame] else { return (frame, mask) }
            return (
                frame,
                PropagatedMask(
                    mask: mask.mask.joined(with: other.mask), confidence: min(mask.confidence, other.confidence),
                    distance: max(mask.distance, other.distance), isBackward: mask.isBackward))
        }
        return FoundObject(masks: Dictionary(uniqueKeysWithValues: masks))
    }
}
