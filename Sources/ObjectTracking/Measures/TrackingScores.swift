/// Scores of found tracks against ground truth by the measures of multi-object tracking; ids need not agree. Ratios are 0...1,
/// higher is better; `mota` may be negative.
///
/// The values are those of TrackEval for one sequence and one class without preprocessing. py-motmetrics differs: it remembers
/// an object's last match however long ago, TrackEval only that of the previous frame, so that switches, misses, MOTA and MOTP
/// may differ after a loss; its MOTP is a distance, 1 - MOTP here; an object matched on exactly 80 % of its frames is mostly
/// tracked there and not here; it counts fragmentations by misses, TrackEval by resumed matches.
public struct TrackingScores: Sendable, Equatable, Codable {
    /// HOTA and its components: means over the similarity thresholds 0.05, 0.10 ... 0.95.
    public let hota: Double
    /// Detection accuracy, recall and precision.
    public let detA: Double
    public let detRe: Double
    public let detPr: Double
    /// Association accuracy, recall and precision.
    public let assA: Double
    public let assRe: Double
    public let assPr: Double
    /// Mean similarity of matches; a threshold without matches counts as 1.
    public let locA: Double

    /// CLEAR: 1 - (misses + false positives + switches) / ground-truth detections; 0 if either side has no detection.
    public let mota: Double
    /// Mean similarity of the matches counted in `mota`.
    public let motp: Double
    public let misses: Int
    public let falsePositives: Int
    /// Matches with a different found track than the object's previous match.
    public let switches: Int
    /// Resumed matches of an object after frames without one.
    public let fragmentations: Int
    /// Ground-truth tracks matched on more than 80 % of their frames.
    public let mostlyTracked: Int
    /// Ground-truth tracks matched on less than 20 % of their frames.
    public let mostlyLost: Int

    /// Identity: one-to-one matching of tracks over the clip.
    public let idf1: Double
    public let idp: Double
    public let idr: Double

    /// Number of boxes or masks, and of tracks that have any.
    public let truthDetections: Int
    public let foundDetections: Int
    public let truthTracks: Int
    public let foundTracks: Int

    enum CodingKeys: String, CodingKey {
        case hota, mota, motp, misses, switches, fragmentations, idf1, idp, idr
        case detA = "det_a"
        case detRe = "det_re"
        case detPr = "det_pr"
        case assA = "ass_a"
        case assRe = "ass_re"
        case assPr = "ass_pr"
        case locA = "loc_a"
        case falsePositives = "false_positives"
        case mostlyTracked = "mostly_tracked"
        case mostlyLost = "mostly_lost"
        case truthDetections = "truth_detections"
        case foundDetections = "found_detections"
        case truthTracks = "truth_tracks"
        case foundTracks = "found_tracks"
    }
}

extension TrackingScores {
    /// - Parameter threshold: lower bound on the similarity of a match, for the CLEAR and identity measures.
    package init<Place>(truth: [Trajectory<Place>], found: [Trajectory<Place>], threshold: Double = 0.5) {
        self.init(OverlapTable(truth: truth, found: found), threshold: threshold)
    }

    package init(_ table: OverlapTable, threshold: Double = 0.5) {
        let higher = HigherOrderAccuracy(table)
        (hota, locA) = (higher.hota, higher.locA)
        (detA, detRe, detPr) = (higher.detA, higher.detRe, higher.detPr)
        (assA, assRe, assPr) = (higher.assA, higher.assRe, higher.assPr)
        let clear = ClearMeasures(table, threshold: threshold)
        (mota, motp) = (clear.accuracy, clear.precision)
        (misses, falsePositives) = (clear.misses, clear.falsePositives)
        (switches, fragmentations) = (clear.switches, clear.fragmentations)
        (mostlyTracked, mostlyLost) = (clear.mostlyTracked, clear.mostlyLost)
        let identity = IdentityMeasures(table, threshold: threshold)
        (idf1, idp, idr) = (identity.f1, identity.precision, identity.recall)
        truthDetections = table.truthDetections
        foundDetections = table.foundDetections
        truthTracks = table.truthLengths.count { $0 > 0 }
        foundTracks = table.foundLengths.count { $0 > 0 }
    }
}
