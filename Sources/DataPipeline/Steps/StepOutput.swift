import Evaluation
import Files
import Foundation
import Imaging

/// The output of a step while it grows, line by line. Whatever ends a run, the lines so far are there, and the next run of the same
/// work takes them over; at the end they are in the order of the ids, as an uninterrupted run writes them.
final class StepOutput {
    /// Bytes that are gathered before they are written, where a line is quickly made anew.
    private static let block = 1 << 20

    let path: String
    private(set) var meta: StepMeta
    /// Lines that are there already, by id.
    private var earlier: [String: Data] = [:]
    /// Ids of the file's lines, in order.
    private var written: [String] = []
    private var file: GrowingFile?
    private var begun = Data()
    private var pending = Data()
    private let savesEach: Bool
    private let overwrites: Bool
    /// Ids of lines that are there and are made anew.
    private var dropped: Set<String> = []
    private let claim: OutputClaim

    /// True if the whole work was done before.
    let isThere: Bool

    /// - Parameters:
    ///   - savesEach: whether each line is on the disk before the next is made.
    ///   - wanted: ids of all lines; nil for a step that makes all lines anew.
    /// - Throws: `InputError`: `outputExists` for an output of other work that is not to be replaced.
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

    /// Reads the lines that are there; a last one that was cut off is left out.
    /// - Parameter drops: whether a region that is not wanted is left out, too, rather than refused.
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
                    .outputExists, place, found: "region \(record.id), which is not among the input's or is there twice",
                    expected: "an output of this input, or --overwrite to replace it")
            }
        }
    }

    /// True if the output has the line of a record already, made of the same record.
    /// - Parameter keys: those that the step sets.
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
                .outputExists, place, found: "a region that was another then",
                expected: "an output of this input, or --overwrite to replace it")
        }
        return true
    }

    /// Leaves out the lines that are made anew; to be called before the first is put.
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

    /// Notes a record that has no line.
    func fail(_ id: String, _ error: InputError) { meta.failures.append(StepMeta.Failure(id: id, error: error.description)) }

    /// Writes what was gathered; also to be called before a run is ended.
    func flush() throws {
        guard !pending.isEmpty else { return }
        defer { pending = Data() }
        if let file { return try file.append(pending) }
        file = try GrowingFile(path, beginning: begun + pending, replaces: true)
    }

    /// Completes the output and the meta file.
    /// - Parameter dropped: counts of what has no line.
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
