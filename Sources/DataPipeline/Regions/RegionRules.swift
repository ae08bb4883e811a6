import Imaging
import Masks

/// Rules for selecting regions of an image or clip. The values are our own: the paper gives none.
package struct RegionRules: Sendable, Equatable {
    /// Minimum area in pixels, and minimum and maximum share of the image.
    package var leastArea = 400
    package var leastShare = 0.0002
    package var largestShare = 0.9
    /// Minimum width and height of the box, in pixels.
    package var leastSide = 8
    /// Minimum share of the pixels in the largest connected component.
    package var leastPart = 0.8
    /// True to drop regions that touch the image's border.
    package var dropsBorder = false
    /// IoU above which two regions are duplicates.
    package var duplicateIoU = 0.9
    /// Minimum scores; nil for any. Regions without a score pass.
    package var leastScore: Double?
    package var leastMaskScore: Double?
    /// Maximum number of regions per image; nil for all.
    package var perImage: Int?
    /// True to allow only one region of a class per image.
    package var hasDistinctClasses = false
    /// Maximum number of regions of a class in total; nil for any number.
    package var perClass: Int?

    package init() {}

    /// The selected regions in the source's order; the others are counted by rule.
    func taken(_ candidates: [RegionCandidate], _ tally: inout StepCounts) -> [RegionCandidate] {
        var passed: [RegionCandidate] = []
        for candidate in candidates {
            guard let mask = candidate.largest, mask.area > 0, let box = mask.boundingBox else {
                tally.count("regions_dropped", "empty")
                continue
            }
            let touches = box.left == 0 || box.top == 0 || box.right == mask.width || box.bottom == mask.height
            if touches { tally.count("regions_seen", "at_border") }
            if let rule = broken(by: candidate, mask, box, touches) {
                tally.count("regions_dropped", rule)
            } else {
                passed.append(candidate)
            }
        }
        return limited(passed, &tally)
    }

    private func broken(by candidate: RegionCandidate, _ mask: RunLengthEncoding, _ box: BoundingBox, _ touches: Bool) -> String? {
        let area = mask.area, share = Double(area) / Double(mask.width * mask.height)
        if area < leastArea || share < leastShare { return "too_small" }
        if share > largestShare { return "too_large" }
        if min(box.width, box.height) < leastSide { return "too_thin" }
        if let least = leastScore, let score = candidate.score, score < least { return "score" }
        if let least = leastMaskScore, let score = candidate.maskScore, score < least { return "mask_score" }
        if dropsBorder, touches { return "at_border" }
        if leastPart > 0, Double(LargestPart.pixels(of: mask.mask(in: box))) < leastPart * Double(area) { return "scattered" }
        return nil
    }

    /// Drops duplicates, then the lowest-ranked regions beyond the limits per image.
    private func limited(_ candidates: [RegionCandidate], _ tally: inout StepCounts) -> [RegionCandidate] {
        let order = candidates.indices.sorted { candidates[$0].rank == candidates[$1].rank
            ? $0 < $1 : candidates[$0].rank > candidates[$1].rank }
        let shapes = candidates.map(RegionShapes.init)
        var kept: [Int] = [], classes: Set<String?> = []
        for place in order {
            if kept.contains(where: { shapes[$0].overlap(with: shapes[place]) > duplicateIoU }) {
                tally.count("regions_dropped", "duplicate")
            } else if hasDistinctClasses, classes.contains(candidates[place].label) {
                tally.count("regions_dropped", "same_class")
            } else if let perImage, kept.count >= perImage {
                tally.count("regions_dropped", "per_image")
            } else {
                kept.append(place)
                classes.insert(candidates[place].label)
            }
        }
        return kept.sorted().map { candidates[$0] }
    }
}

/// The masks of a candidate, prepared for comparison.
private struct RegionShapes {
    private let masks: [Int: StoredMask]

    init(_ candidate: RegionCandidate) {
        masks = Dictionary(candidate.masks.compactMap { mask in StoredMask(mask.runs).map { (mask.frame, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// IoU over the pixels of all frames of both.
    func overlap(with other: RegionShapes) -> Double {
        var common = 0, all = 0
        for frame in Set(masks.keys).union(other.masks.keys) {
            let shared: Int
            if let one = masks[frame], let two = other.masks[frame] { shared = one.commonPixels(with: two) } else { shared = 0 }
            common += shared
            all += (masks[frame]?.area ?? 0) + (other.masks[frame]?.area ?? 0) - shared
        }
        return all == 0 ? 0 : Double(common) / Double(all)
    }
}

/// The largest connected component of a mask (8-connectivity).
enum LargestPart {
    static func pixels(of mask: Mask) -> Int {
        let width = mask.width, height = mask.height
        var open = mask.pixels, largest = 0, stack: [Int] = []
        for start in open.indices where open[start] != 0 {
            var count = 0
            open[start] = 0
            stack.append(start)
            while let place = stack.popLast() {
                count += 1
                let (row, column) = place.quotientAndRemainder(dividingBy: width)
                for next in max(0, row - 1)..<min(height, row + 2) {
                    for beside in max(0, column - 1)..<min(width, column + 2) where open[next * width + beside] != 0 {
                        open[next * width + beside] = 0
                        stack.append(next * width + beside)
                    }
                }
            }
            largest = max(largest, count)
        }
        return largest
    }
}
