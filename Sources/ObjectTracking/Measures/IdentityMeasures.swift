/// Identity measures: ground-truth and found objects are matched one-to-one over the whole clip.
///
/// Source: Ristani et al., Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking, arXiv 1609.01775.
struct IdentityMeasures {
    /// Overlapping detections of matched objects.
    let matches: Int
    let precision: Double
    let recall: Double
    let f1: Double

    /// - Parameter threshold: lower bound on the similarity of a match.
    init(_ table: OverlapTable, threshold: Double) {
        let columns = table.foundLengths.count
        var counts = [Double](repeating: 0, count: table.truthLengths.count * columns)
        for frame in table.frames {
            for (row, truth) in frame.truth.enumerated() {
                for (column, found) in frame.found.enumerated() where frame[row, column] >= threshold {
                    counts[truth * columns + found] += 1
                }
            }
        }
        // Every matched pair of detections saves one miss and one false positive.
        let pairs = Assignment.pairs(costs: counts.map { -$0 }, columns: columns, limit: 0)
        let matched = pairs.reduce(0) { $0 + counts[$1.row * columns + $1.column] }
        let truth = Double(table.truthDetections), found = Double(table.foundDetections)
        matches = Int(matched)
        precision = matched / max(1, found)
        recall = matched / max(1, truth)
        f1 = 2 * matched / max(1, truth + found)
    }
}
