import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging

/// Facts about a step's output, in `NAME.meta.json` next to it: options, inputs, and what was dropped. It contains no times, so
/// that the same work gives the same bytes.
package struct StepMeta: Sendable, Equatable {
    private static let schema = "damvideo-sdp-meta/1"

    package struct Input: Sendable, Equatable {
        package let path: String
        package let digest: String

        package init(path: String, digest: String) { (self.path, self.digest) = (path, digest) }
    }

    package struct Failure: Sendable, Equatable {
        package let id: String
        package let error: String
    }

    package let step: String
    /// Everything that the result depends on, apart from the inputs.
    package let options: OrderedObject
    package let inputs: [Input]
    /// The shard; nil for all of the work.
    package var shard: Shard?
    /// Counts, in groups.
    package var counts = OrderedObject()
    package var failures: [Failure] = []
    /// Number of records in the output, and its hash; nil while it is incomplete.
    package var records: Int?
    package var digest: String?

    package init(step: String, options: OrderedObject, inputs: [Input], shard: Shard?) {
        (self.step, self.options, self.inputs, self.shard) = (step, options, inputs, shard)
    }

    /// True if the output is complete and nothing failed.
    package var isComplete: Bool { digest != nil && failures.isEmpty }

    /// `NAME.meta.json` for `NAME.jsonl`; other extensions are kept, so that files differing only in extension do not collide.
    package static func path(of output: String) -> String {
        (output.hasSuffix(".jsonl") ? String(output.dropLast(6)) : output) + ".meta.json"
    }

    /// The meta file of an output; nil if there is none.
    /// - Throws: `InputError` for another kind of file with that name.
    package init?(of output: String) throws {
        let path = Self.path(of: output)
        guard FileStatus(path) != nil else { return nil }
        guard let json = try? JSONPlace(file: path, expected: "") else {
            throw InputError(
                .invalid, path, found: "no JSON", expected: "what the step wrote (without this file, --overwrite makes the output again)")
        }
        let schema = try json["schema"]
        guard try schema.string() == Self.schema else { throw schema.wrong(expected: Self.schema) }
        step = try json["step"].string()
        options = try json["options"].object()
        inputs = try json["inputs"].array().map { Input(path: try $0["path"].string(), digest: try $0["sha256"].string()) }
        if case .string(let text) = try json["shard"].value { shard = try Shard(text: text) }
        counts = try json["counts"].object()
        failures = try json["failed"].array().map { Failure(id: try $0["id"].string(), error: try $0["error"].string()) }
        if let written = try json.optional("output"), written.value != .null {
            (records, digest) = (try written["records"].integer(), try written["sha256"].string())
        }
    }

    /// True if an output was made by the same step with the same options, whatever its inputs.
    package func isSameWork(as other: StepMeta) -> Bool {
        step == other.step && options == other.options && shard == other.shard
    }

    /// The facts about a finished output of the same work; nil if there is none.
    /// - Parameter digest: hash of the existing output.
    /// - Throws: `InputError` of category `outputExists` for an output of other work that must not be replaced.
    func finished(_ output: String, overwrites: Bool, digest: () throws -> String) throws -> StepMeta? {
        guard FileStatus(output) != nil else { return nil }
        let known = try StepMeta(of: output)
        if let known, known.isComplete, known.isSameWork(as: self), known.inputs.map(\.digest) == inputs.map(\.digest),
            try known.digest == digest() {
            return known
        }
        guard overwrites else {
            throw InputError(
                .outputExists, output, found: known == nil ? "a file or folder" : "an output of other options or inputs",
                expected: "another place, or --overwrite to replace it")
        }
        return nil
    }

    package var data: Data {
        let output: OrderedJSON = digest.map { .object(["records": .number(records ?? 0), "sha256": .string($0)]) } ?? .null
        let json: OrderedObject = [
            "schema": .string(Self.schema), "version": .string(CaptionDocument.version), "step": .string(step),
            "options": .object(options), "shard": shard.map { .string($0.text) } ?? .null,
            "inputs": .array(inputs.map { .object(["path": .string($0.path), "sha256": .string($0.digest)]) }),
            "output": output, "counts": .object(counts),
            "failed": .array(failures.map { .object(["id": .string($0.id), "error": .string($0.error)]) }),
            "complete": .bool(isComplete),
        ]
        return PythonJSON.data(.object(json)) + Data("\n".utf8)
    }

    func write(beside output: String) throws { try OutputFile.write(data, to: Self.path(of: output), replaces: true) }
}

/// Counts by group and name, as in meta files.
package struct StepCounts: Sendable {
    private(set) var groups: [String: [String: Int]] = [:]

    package init() {}

    package mutating func count(_ group: String, _ name: String,
        by number: Int = 1) { groups[group, default: [:]][name, default: 0] += number }

    /// Counts a record by its source, a service's answers, the decision of a filter, and the reasons for dropping it.
    mutating func count(_ record: Record) {
        count("records", record.source)
        if case .object(let scores)? = record.json["scores"], let verdict = scores["verdict"] {
            count("verdicts", verdict == .null ? "unusable" : verdict == .bool(true) ? "yes" : "no")
        }
        if case .object(let lengths)? = record.json["lengths"], lengths[ShortenStep.unusable] != nil {
            count("lengths", ShortenStep.unusable)
        }
        guard record.json["kept"] != nil else { return }
        count("filter", record.isKept ? "kept" : "dropped")
        for reason in record.reasons { count("dropped", reason.split(separator: " ").first.map(String.init) ?? reason) }
    }

    /// Names and counts of a group.
    package func counts(of group: String) -> [(name: String, count: Int)] { (groups[group] ?? [:]).map { ($0.key, $0.value) } }

    package subscript(_ group: String, _ name: String) -> Int { groups[group]?[name] ?? 0 }

    package var json: OrderedObject {
        var object = OrderedObject()
        for (group, counts) in groups.sorted(by: { $0.key < $1.key }) {
            var members = OrderedObject()
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { members[name] = .number(count) }
            object[group] = .object(members)
        }
        return object
    }

    package init(_ json: OrderedObject) {
        for group in json.members {
            guard case .object(let counts) = group.value else { continue }
            for count in counts.members {
                if case .number(let digits) = count.value, let number = Int(digits) { self.count(group.key, count.key, by: number) }
            }
        }
    }

    package mutating func add(_ other: StepCounts) {
        for (group, counts) in other.groups {
            for (name, number) in counts { count(group, name, by: number) }
        }
    }
}
