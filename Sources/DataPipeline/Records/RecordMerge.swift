import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging

/// Merges the outputs of a step's shards into the output of a single run.
package struct RecordMerge {
    package let records: RecordFiles
    /// Facts about the merged output; counts are the shards' sums.
    package private(set) var meta: StepMeta
    /// Missing or incomplete shards, one line each, if they are allowed.
    package private(set) var missing: [String] = []

    /// True for a file of records.
    package static func areRecords(_ data: Data) -> Bool {
        guard let first = RecordFiles.ranges(of: data.prefix { $0 != UInt8(ascii: "\n") }).first,
            case .object(let line)? = try? OrderedJSON(Array(data[first]), path: "")
        else { return false }
        return line["schema"] == .string(Record.schema)
    }

    /// - Parameter mayMiss: true to report what is missing instead of refusing; duplicates are always refused.
    /// - Throws: `InputError`: `invalid` for shards that are missing, duplicated, unfinished or of another run.
    package init(_ paths: [String], mayMiss: Bool = false) throws {
        records = try RecordFiles(paths)
        var metas: [(path: String, meta: StepMeta)] = []
        for path in records.paths {
            guard let meta = try StepMeta(of: path) else {
                throw InputError(.notFound, "\(StepMeta.path(of: path)): found no such file, expected the facts about \(path)")
            }
            metas.append((path, meta))
        }
        guard let first = metas.first?.meta, let count = first.shard?.count else {
            throw InputError(.invalid, paths.first, found: "no output of a shard", expected: "outputs made with --shard")
        }
        var seen: [Int: String] = [:]
        for (path, meta) in metas {
            guard let shard = meta.shard, shard.count == count, meta.step == first.step, meta.options == first.options else {
                throw InputError(.invalid, path, found: "a shard of another run", expected: "one of \(count) of \(metas[0].path)'s run")
            }
            if let other = seen.updateValue(path, forKey: shard.index) {
                throw InputError(.invalid, path, found: "shard \(shard.text) twice (\(other))", expected: "each shard once")
            }
            if meta.digest == nil { missing.append("\(path): shard \(shard.text) is not finished") }
            if let digest = meta.digest, try digest != ContentDigest.of(file: path) {
                throw InputError(.invalid, path, found: "a file modified after its run",
                    expected: "as \(StepMeta.path(of: path)) has it")
            }
            if !meta.failures.isEmpty { missing.append("\(path): \(meta.failures.count) regions or clips failed") }
        }
        for index in 0..<count where seen[index] == nil { missing.append("shard \(index)/\(count) is missing") }
        guard mayMiss || missing.isEmpty else {
            throw InputError(.invalid, found: missing.joined(separator: "; "),
                expected: "all shards (--keep-going merges what is there)")
        }
        var inputs: [StepMeta.Input] = [], tally = StepCounts()
        for (_, meta) in metas {
            for input in meta.inputs where !inputs.contains(input) { inputs.append(input) }
            tally.add(StepCounts(meta.counts))
        }
        meta = StepMeta(step: first.step, options: first.options, inputs: inputs, shard: nil)
        (meta.counts, meta.records) = (tally.json, records.count)
        meta.failures = metas.flatMap { $0.meta.failures }.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    /// The merged lines.
    package var data: Data { (0..<records.count).reduce(into: Data()) { $0 += records.line($1) } }

    /// Writes the merged output, and the meta file next to it.
    package mutating func write(to path: String, replaces: Bool) throws {
        try InputFiles(records.paths).refuse(path)
        let data = data
        try OutputFile.write(data, to: path, replaces: replaces)
        meta.digest = ContentDigest.of(data)
        try meta.write(beside: path)
    }
}
