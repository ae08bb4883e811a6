import Foundation

extension DLCCache {
    /// The cache file with new results in place of its own, in the order of the benchmark; unknown keys keep their position.
    /// - Parameters:
    ///   - results: results of regions whose answers are complete.
    ///   - isComplete: true if these are all regions, so that averages can be included.
    package func data(_ results: [DLCRegionResult], order keys: [String], isComplete: Bool) -> Data {
        let fresh = Dictionary(uniqueKeysWithValues: results.map { ($0.key, $0.json) }), regions = Set(keys)
        var others: [String: [OrderedObject.Member]] = [:], last = ""
        for member in object.members {
            if regions.contains(member.key) {
                last = member.key
            } else {
                others[last, default: []].append(member)
            }
        }
        let averages = isComplete ? DLCScores(results) : nil
        var file = OrderedObject()
        func add(_ members: [OrderedObject.Member]) {
            for member in members where isComplete || !Self.averageKeys.contains(member.key) { file[member.key] = member.value }
        }
        add(others[""] ?? [])
        for key in keys {
            file[key] = fresh[key] ?? object[key]
            if key != last { add(others[key] ?? []) }
        }
        if !last.isEmpty { add(others[last] ?? []) }
        if let averages {
            file[Self.averageKeys[0]] = .number(averages.positive)
            file[Self.averageKeys[1]] = averages.negative.map { .number($0) } ?? .null
        }
        return PythonJSON.data(.object(file))
    }

    private static var averageKeys: [String] { ["avg_pos", "avg_neg"] }
}
