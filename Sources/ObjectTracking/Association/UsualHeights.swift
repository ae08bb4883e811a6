import Foundation
import Imaging

/// Limits of `UsualHeights`.
package enum UsualHeightConstants {
    /// Frames of an object that are looked at, about: more tell little, and take time.
    static let samples = 40
    /// Frames that an object has to stand alone on to tell of its height.
    static let fewestFrames = 8
    /// Share of the picture's height that the feet of an object move between two frames that tell how heights change.
    static let step = 0.05
    /// Share of an object's frames on which it is lower than its usual height: a part of it may be hidden on some.
    static let quantile = 0.6
    /// Difference of the logarithms of two heights up to which they are of one kind of thing.
    static let sameKind = 0.2
    /// Share of the objects, at least, that are of one kind where the heights of one tell of another's, and objects at least.
    static let kindShare = 0.6
    static let fewestObjects = 4
    /// Parts of the picture's width to one pixel within which two boxes touch.
    static let touchingPart = 256
    /// Rounds in which the height of a thing whose head is known settles, and pixels up to which it has.
    static let rounds = 16
    static let settled = 1.0
}

/// Heights of objects by the row of their feet: a camera that looks down on the ground shows the near ones larger.
struct UsualHeights {
    private typealias Constant = UsualHeightConstants

    /// Change of the logarithm of a height from one row of the feet to the next.
    let slope: Double
    /// Logarithm of the height at row 0 of most objects; nil where they are not of one kind.
    let common: Double?
    /// By object, the logarithm of its own; nil for one that hardly stands alone.
    let own: [Double?]
    /// By object, the frames on which it stands alone, ascending.
    let alone: [[Int]]

    /// - Parameter objects: by object and frame, its box.
    init(_ objects: [[Int: BoundingBox]], size: PictureSize) {
        let alone = Self.alone(objects, size: size)
        var slopes: [Double] = []
        for (boxes, frames) in zip(objects, alone) where frames.count >= Constant.fewestFrames {
            let places = stride(from: 0, to: frames.count, by: max(1, frames.count / Constant.samples)).compactMap { boxes[frames[$0]] }
            for (index, one) in places.enumerated() {
                for other in places[..<index] where abs(one.bottom - other.bottom) > Int(Constant.step * Double(size.height)) {
                    slopes.append(log(Double(one.height) / Double(other.height)) / Double(one.bottom - other.bottom))
                }
            }
        }
        let slope = slopes.isEmpty ? 0 : slopes.sorted()[slopes.count / 2]
        let own = zip(objects, alone).map { boxes, frames -> Double? in
            let logarithms = frames.compactMap { boxes[$0] }.map { log(Double($0.height)) - slope * Double($0.bottom) }.sorted()
            guard logarithms.count >= Constant.fewestFrames else { return nil }
            return logarithms[Int(Constant.quantile * Double(logarithms.count))]
        }
        let known = own.compactMap(\.self).sorted()
        let middle = known.isEmpty ? 0 : known[known.count / 2]
        let alike = known.count { abs($0 - middle) <= Constant.sameKind }
        let isKind = known.count >= Constant.fewestObjects && Double(alike) >= Constant.kindShare * Double(known.count)
        common = isKind ? middle : nil
        (self.slope, self.own, self.alone) = (slope, own, alone)
    }

    /// Height of a thing whose feet are at a row.
    /// - Parameter offset: `common`, or an object's own.
    func height(_ offset: Double, feet: Int) -> Double { exp(offset + slope * Double(feet)) }

    /// Height of a thing whose head is at a row; nil where heights grow so fast from row to row that none fits.
    func height(_ offset: Double, head: Int) -> Double? {
        var height = 0.0
        // The feet are where the height says; it settles within a few rounds, or not at all.
        for _ in 0..<Constant.rounds { height = exp(offset + slope * (Double(head) + height)) }
        return abs(exp(offset + slope * (Double(head) + height)) - height) < Constant.settled ? height : nil
    }

    private static func alone(_ objects: [[Int: BoundingBox]], size: PictureSize) -> [[Int]] {
        var byFrame: [Int: [(object: Int, box: BoundingBox)]] = [:]
        for (object, boxes) in objects.enumerated() {
            for (frame, box) in boxes { byFrame[frame, default: []].append((object, box)) }
        }
        let margin = max(1, size.width / Constant.touchingPart)
        return objects.enumerated().map { object, boxes in
            boxes.filter { frame, box in
                guard !box.touchesEdge(of: size) else { return false }
                return !(byFrame[frame] ?? []).contains { $0.object != object && $0.box.touches(box, within: margin) }
            }.keys.sorted()
        }
    }
}

extension BoundingBox {
    /// True if it reaches an edge of the picture, beyond which it may go on.
    func touchesEdge(of size: PictureSize) -> Bool {
        left <= 1 || top <= 1 || right >= size.width - 1 || bottom >= size.height - 1
    }

    fileprivate func touches(_ other: BoundingBox, within margin: Int) -> Bool {
        left < other.right + margin && other.left < right + margin && top < other.bottom + margin && other.top < bottom + margin
    }
}
