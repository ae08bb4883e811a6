import DAMVideo
import Imaging

extension SceneReport {
    /// Merges the reports of a set's shards.
    /// - Parameter reports: the reports with their files.
    /// - Throws: `InputError` of category `invalid` for shards that are missing, duplicated, or of another run.
    package init(merging reports: [(path: String, report: SceneReport)]) throws {
        guard let first = reports.first?.report, let share = first.share else {
            throw InputError(.invalid, reports.first?.path, found: "a report of all clips", expected: "reports of shards")
        }
        var owners: [String: String] = [:]
        self.init(set: first.set, model: first.model, without: first.without)
        if first.findings != nil { findings = SceneFindings() }
        for (path, report) in reports {
            guard let own = report.share, own.of == share.of, own.shard.count == share.shard.count, report.set == set,
                report.model == model, report.without == without, (report.findings == nil) == (findings == nil)
            else {
                throw InputError(
                    .invalid, path, found: "a report of another set, model or number of clips than in \(reports[0].path)",
                    expected: "shards of one run")
            }
            for clip in own.clips {
                if let other = owners.updateValue(path, forKey: clip) {
                    throw InputError(.invalid, path, found: "clip \(clip), which is also in \(other)", expected: "each clip once")
                }
            }
            add(report)
        }
        guard owners.count == share.of else {
            let absent = Set(0..<share.shard.count).subtracting(reports.compactMap(\.report.share?.shard.index)).sorted()
            let shards = absent.map { "\($0)/\(share.shard.count)" }.joined(separator: ", ")
            throw InputError(.invalid, set, found: "\(owners.count) of \(share.of) clips, no shard \(shards)", expected: "all")
        }
    }

    private mutating func add(_ other: SceneReport) {
        clips.add(other.clips)
        pictures.add(other.pictures)
        if let theirs = other.findings { findings?.add(theirs) }
    }
}
