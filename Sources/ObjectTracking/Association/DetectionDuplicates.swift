import Imaging
import Masks

/// Thresholds of `DetectionDuplicates`.
package enum DuplicateConstants {
    /// IoU at which two detections of one frame are one object, whatever their labels: lower merges people who walk close
    /// together, higher keeps a vehicle detected as both car and truck.
    static let overlap = 0.65
    /// Fraction of the smaller one inside the larger one at which it is a part of it if their labels agree, and area ratio up to
    /// which this applies. Beyond that, it is a small object in front of a large one.
    static let contained = 0.9
    static let areaRatio = 3.0
    /// IoU with a better detection at which one may be its weaker duplicate, and score rank at which it never is, whatever it
    /// overlaps. Such a detection continues tracks, but does not start one.
    static let echo = 0.3
    static let noEcho = 0.5
}

/// Duplicate detections in one frame.
struct DetectionDuplicates {
    private typealias Constant = DuplicateConstants

    /// For a duplicate's index, the index of the detection that is kept.
    private(set) var kept: [Int: Int] = [:]
    /// Indices of detections that overlap a better one without certainly being the same object.
    private(set) var echoes: Set<Int> = []

    /// - Parameters:
    ///   - detections: detections of one frame.
    ///   - scores: score of each; nil counts as the highest.
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
        // A mask inside another is an object of its own.
        guard sure.mask == nil || other.mask == nil else { return false }
        guard sure.label == other.label, sure.box.containment(of: other.box) >= Constant.contained else { return false }
        let ratio = sure.box.area / max(1, other.box.area)
        return ratio < Constant.areaRatio && ratio * Constant.areaRatio > 1
    }

    /// IoU of the masks, or of the boxes if one has no mask.
    private static func overlap(_ one: Detection, _ other: Detection) -> Double {
        guard let first = one.mask, let second = other.mask, first.width == second.width, first.height == second.height else {
            return one.box.overlap(with: other.box)
        }
        let common = Double(first.commonPixels(with: second))
        return common / (Double(first.area + second.area) - common)
    }
}
