import Evaluation
import Files
import Foundation
import Imaging

/// The growing output of a step. However a run ends, the lines so far are kept, and the next run of the same work takes them
/// over; at the end they are sorted by id, as if the run had not been interrupted.
final class StepOutput {
    /// Bytes to buffer before writing, for steps whose lines are cheap to make again.
    private static let block = 1 << 20

    let path: String
    private(set) var meta: StepMeta
    /// Existing lines, by id.
    private var earlier: [String: Data] = [:]
    /// Ids of the file's lines, in order.
    private var written: [String] = []
    private var file: GrowingFile?
    private var begun = Data()
    private var pending = Data()
    private let savesEach: Bool
    private let overwrites: Bool
    /// Ids of existing lines that are made again.
    private var dropped: Set<String> = []
    private let claim: OutputClaim

    /// True if all of the work was already done.
    let isThere: Bool

    /// - Parameters:
    ///   - savesEach: true to write each line before the next is made.
    ///   - wanted: ids of all lines; nil for a step that makes all lines again.
    /// - Throws: `InputError`: `outputExists` for an output of other work that must not be replaced.
    init(_ path: String, _ meta: StepMeta, wanted: [String]?, overwrites: Bool, savesEach: Bool) throws {
        (self.path, self.meta, self.savesEach, self.overwrites) = (path, meta, savesEach, overwrites)
        claim = try OutputClaim(path)
        let known = try StepMeta(of: path), content = fileContents(path)
        if let known, let content, known.isComplete, known.isSameWork(as: meta), known.inputs.map(\.digest) == meta.inputs.map(\.digest),
            known.digest == ContentDigest.of(content) {
            isThere = true
            return
        }
        isThere = false
        try OutputFile.check(path, overwrites: true)
        if let content {
            let isOwn = known?.isSameWork(as: meta) ?? false, hasSameInputs = known?.inputs.map(\.digest) == meta.inputs.map(\.digest)
            guard overwrites || isOwn && (wanted != nil || hasSameInputs) else {
                let found = known == nil ? "a file" : isOwn ? "an output of other inputs" : "an output with other options"
                throw InputError(.outputExists, path, found: found, expected: "another place, or --overwrite to replace it")
            }
            if isOwn, let wanted { try takeOver(content, wanted: Set(wanted), drops: overwrites) }
        }
        try meta.write(beside: path)
    }

    /// Reads the existing lines; a truncated last one is dropped.
    /// - Parameter drops: true to drop regions that are not wanted, instead of refusing the file.
    private func takeOver(_ content: Data, wanted: Set<String>, drops: Bool) throws {
        let end = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? content.startIndex, whole = Data(content[..<end])
        for (number, bytes) in RecordFiles.ranges(of: whole).enumerated() {
            let place = "\(path): line \(number + 1)"
            let record = try Record(line: JSONPlace(OrderedJSON(Array(whole[bytes]), path: place), at: place))
            if wanted.contains(record.id), earlier[record.id] == nil {
                earlier[record.id] = Data(whole[bytes])
                written.append(record.id)
                begun += whole[bytes] + Data("\n".utf8)
            } else if !drops {
                throw InputError(
                    .outputExists, place, found: "region \(record.id), which is not in the input or occurs twice",
                    expected: "an output of this input, or --overwrite to replace it")
            }
        }
    }

    /// True if the output already has the line of a record, made from the same record.
    /// - Parameter keys: keys that the step sets, which are not compared.
    func has(_ record: Record, besides keys: Set<String>) throws -> Bool {
        guard let line = earlier[record.id] else { return false }
        let place = "\(path): region \(record.id)"
        let known = try Record(line: JSONPlace(OrderedJSON(Array(line), path: place), at: place))
        guard known.without(keys) == record.without(keys) else {
            if overwrites {
                dropped.insert(record.id)
                return false
            }
            throw InputError(
                .outputExists, place, found: "a region that has changed since",
                expected: "an output of this input, or --overwrite to replace it")
        }
        return true
    }

    /// Removes the lines that are made again; call it before the first `put`.
    func settle() {
        guard !dropped.isEmpty else { return }
        written.removeAll(where: dropped.contains)
        begun = written.reduce(into: Data()) { $0 += (earlier[$1] ?? Data()) + Data("\n".utf8) }
    }

    func put(_ record: Record) throws {
        pending += PythonJSON.line(.object(record.json))
        written.append(record.id)
        if savesEach || pending.count >= Self.block { try flush() }
    }

    /// Records the failure of a record, which gets no line.
    func fail(_ id: String, _ error: InputError) { meta.failures.append(StepMeta.Failure(id: id, error: error.description)) }

    /// Writes buffered lines; call it also before a run ends early.
    func flush() throws {
        guard !pending.isEmpty else { return }
        defer { pending = Data() }
        if let file { return try file.append(pending) }
        file = try GrowingFile(path, beginning: begun + pending, replaces: true)
    }

    /// Completes the output and the meta file.
    /// - Parameter dropped: counts of records without a line.
    func finish(_ dropped: StepCounts = StepCounts()) throws -> StepMeta {
        try flush()
        if file == nil, FileStatus(path) == nil || fileContents(path) != begun { try OutputFile.write(begun, to: path, replaces: true) }
        if !zip(written, written.dropFirst()).allSatisfy({ $0.utf8.lexicographicallyPrecedes($1.utf8) }) { try sort() }
        file = nil
        meta.failures.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        var tally = dropped
        let content = fileContents(path) ?? Data()
        for (number, bytes) in RecordFiles.ranges(of: content).enumerated() {
            let place = "\(path): line \(number + 1)"
            tally.count(try Record(line: JSONPlace(OrderedJSON(Array(content[bytes]), path: place), at: place)))
        }
        (meta.counts, meta.records, meta.digest) = (tally.json, written.count, ContentDigest.of(content))
        try meta.write(beside: path)
        return meta
    }

    private func sort() throws {
        let content = fileContents(path) ?? Data()
        let lines = zip(written, RecordFiles.ranges(of: content)).sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        try OutputFile.write(path, replaces: true) { target in
            let handle = try target.open()
            for (_, bytes) in lines {
                try OutputFile.translating(path) { try handle.write(contentsOf: content[bytes] + Data("\n".utf8)) }
            }
        }
    }
}
