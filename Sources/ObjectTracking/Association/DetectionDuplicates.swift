import Imaging
import Masks

/// Limits of `DetectionDuplicates`.
package enum DuplicateConstants {
    /// IoU of two detections of one frame from which they are one object, whatever their labels: lower takes one of two people
    /// who walk close together, higher leaves cars that are trucks as well.
    static let overlap = 0.65
    /// Share of the smaller one inside the larger one from which it is a part of it, if their labels do not differ, and ratio
    /// of their areas up to which it is. Beyond that it is a small object before a large one.
    static let contained = 0.9
    static let areaRatio = 3.0
    /// IoU with a surer detection from which one may be its echo, and place among all scores from which it is none whatever it
    /// overlaps: an echo continues tracks, it does not begin one.
    static let echo = 0.3
    static let noEcho = 0.5
}

/// Detections of one frame that show an object which a surer one shows.
struct DetectionDuplicates {
    private typealias Constant = DuplicateConstants

    /// By a duplicate's place among the detections, the place of the one that stays.
    private(set) var kept: [Int: Int] = [:]
    /// Places of others that overlap a surer one without being surely the same object.
    private(set) var echoes: Set<Int> = []

    /// - Parameters:
    ///   - detections: of one frame.
    ///   - scores: of each; nil for one that is as sure as any.
    init(_ detections: [Detection], scores: [Double?]) {
        let order = detections.indices.sorted { (-(scores[$0] ?? .infinity), $0) < (-(scores[$1] ?? .infinity), $1) }
        var stays: [Int] = []
        for index in order {
            if let other = stays.first(where: { Self.isSame(detections[$0], detections[index]) }) {
                kept[index] = other
                continue
            }
            let isEcho = stays.contains {
                Self.overlap(detections[$0], detections[index]) >= Constant.echo
                    && (scores[$0] ?? .infinity) > (scores[index] ?? .infinity)
            }
            if isEcho { echoes.insert(index) }
            stays.append(index)
        }
    }

    private static func isSame(_ sure: Detection, _ other: Detection) -> Bool {
        if let one = sure.identity, let two = other.identity { return one == two }
        if overlap(sure, other) >= Constant.overlap { return true }
        // A mask that lies inside another one is a thing of its own.
        guard sure.mask == nil || other.mask == nil else { return false }
        guard sure.label == other.label, sure.box.containment(of: other.box) >= Constant.contained else { return false }
        let ratio = sure.box.area / max(1, other.box.area)
        return ratio < Constant.areaRatio && ratio * Constant.areaRatio > 1
    }

    /// IoU of the masks, or of the boxes where one has none.
    private static func overlap(_ one: Detection, _ other: Detection) -> Double {
        guard let first = one.mask, let second = other.mask, first.width == second.width, first.height == second.height else {
            return one.box.overlap(with: other.box)
        }
        let common = Double(first.commonPixels(with: second))
        return common / (Double(first.area + second.area) - common)
    }
}
