import Imaging

/// Limits of `FullBoxes`.
package enum FullBoxConstants {
    /// Share of its usual height at its place below which a part of an object is hidden, and the range in which it is whole.
    static let hidden = 0.82
    static let whole = 0.85...1.25
    /// Seconds from a frame on which a part is hidden to the frames before and after it on which the object is whole, at most:
    /// a person who sits down for longer has become lower.
    static let longest = 5.0
}

/// Boxes around whole objects on frames where something in front hides their upper or lower part for a while: as high as they are
/// before and after, in the scale of the place.
package struct FullBoxes {
    private typealias Constant = FullBoxConstants

    /// By object, the boxes of the frames on which a part of it is hidden.
    package private(set) var boxes: [[Int: BoundingBox]]

    /// - Parameters:
    ///   - objects: by object and frame, the box around what is seen of it.
    ///   - rate: frames a second.
    package init(_ objects: [[Int: BoundingBox]], size: PictureSize, rate: Double) {
        let heights = UsualHeights(objects, size: size), reach = Int(Constant.longest * rate)
        boxes = objects.indices.map { number in
            guard let offset = heights.own[number] else { return [:] }
            let seen = objects[number]
            let whole = heights.alone[number].filter { frame in
                guard let box = seen[frame] else { return false }
                return Constant.whole.contains(Double(box.height) / heights.height(offset, feet: box.bottom))
            }
            var full: [Int: BoundingBox] = [:]
            for (frame, box) in seen where box.top > 1 && box.bottom < size.height - 1 {
                guard Double(box.height) < Constant.hidden * heights.height(offset, feet: box.bottom),
                    let feet = Self.feet(at: frame, whole, seen, within: reach)
                else { continue }
                full[frame] = Self.full(box, feet: feet, offset, heights, highest: size.height)?.intersection(
                    BoundingBox(left: 0, top: 0, width: size.width, height: size.height))
            }
            return full
        }
    }

    /// Row of the feet at a frame, between the frames before and after it on which the object is whole; nil if they are not near.
    private static func feet(at frame: Int, _ whole: [Int], _ seen: [Int: BoundingBox], within reach: Int) -> Double? {
        let index = whole.partitioningIndex { $0 > frame }
        guard index > 0, index < whole.count, let before = seen[whole[index - 1]], let after = seen[whole[index]],
            frame - whole[index - 1] <= reach, whole[index] - frame <= reach
        else { return nil }
        let part = Double(frame - whole[index - 1]) / Double(whole[index] - whole[index - 1])
        return Double(before.bottom) + part * Double(after.bottom - before.bottom)
    }

    /// A box whose head or feet, whichever are nearer to where they should be, are seen; nil if the scale of the place tells no height
    /// that fits into the picture.
    private static func full(
        _ box: BoundingBox, feet: Double, _ offset: Double, _ heights: UsualHeights, highest: Int
    ) -> BoundingBox? {
        let head = feet - heights.height(offset, feet: Int(feet.rounded()))
        let isLowerSeen = abs(Double(box.bottom) - feet) <= abs(Double(box.top) - head)
        guard let expected = isLowerSeen ? heights.height(offset, feet: box.bottom) : heights.height(offset, head: box.top),
            expected <= Double(highest)
        else { return nil }
        let height = Int(expected.rounded())
        return isLowerSeen
            ? BoundingBox(left: box.left, top: box.bottom - height, width: box.width, height: height)
            : BoundingBox(left: box.left, top: box.top, width: box.width, height: max(box.height, height))
    }
}

extension [Int] {
    /// Position of the first value for which a condition holds, which holds for all behind it; the count if there is none.
    fileprivate func partitioningIndex(where isBehind: (Int) -> Bool) -> Int {
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = isBehind(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}
