import DAMVideo
import Evaluation
import Imaging

/// A pipeline file: options of steps, by name.
package struct PipelineFile {
    /// A step with the arguments of its command.
    package struct Step: Equatable, Sendable {
        package let name: String
        package let arguments: [String]
        /// True for a step that can run in shards.
        package let isSharded: Bool
    }

    /// The steps in order of execution.
    private static let order = ["regions", "caption", "score", "filter", "shorten", "export", "report"]
    private static let unsharded: Set = ["export", "report"]

    private let json: JSONPlace

    /// - Throws: `InputError` for a missing file, or unknown steps.
    package init(_ path: String) throws {
        json = try JSONPlace(file: path, expected: "options of steps")
        guard try !json.members().isEmpty else {
            throw InputError(.invalid, path, found: "no step", expected: "some of \(Self.order.joined(separator: ", "))")
        }
        for member in try json.members() where !Self.order.contains(member.key) {
            throw InputError(.invalid, path, found: "the step \(member.key)", expected: Self.order.joined(separator: ", "))
        }
    }

    /// The steps with their arguments.
    /// - Parameter shard: the shard to run; nil for all. Later steps read the shard's files.
    /// - Throws: `InputError` for invalid options.
    package func steps(shard: Shard?) throws -> [Step] {
        var steps: [Step] = [], outputs: [String] = []
        for name in Self.order {
            guard let value = try json.optional(name) else { continue }
            var runs = [value]
            if case .array = value.value { runs = try value.array() }
            for run in runs {
                let isSharded = !Self.unsharded.contains(name)
                let (arguments, output) = try arguments(run, name, before: outputs, shard)
                steps.append(Step(name: name, arguments: arguments, isSharded: isSharded))
                if isSharded, let output { outputs.append(shard?.path(of: output) ?? output) }
            }
        }
        return steps
    }

    private func arguments(_ run: JSONPlace, _ name: String, before: [String], _ shard: Shard?) throws -> ([String], output: String?) {
        var inputs: [String]?, options: [String] = [], output: String?
        for (key, value) in try run.members() {
            switch key {
            case "inputs": inputs = try value.array().map { try $0.string() }
            case "output":
                let path = try value.string()
                output = path
                options += ["--output", Self.unsharded.contains(name) ? shard?.path(of: path) ?? path : path]
            default: options += try Self.option(key, value)
            }
        }
        if let shard, !Self.unsharded.contains(name) { options += ["--shard", shard.text] }
        // The report reads all steps; others read the previous one.
        let found = inputs ?? (name == "report" ? before : Array(before.suffix(1)))
        guard !found.isEmpty else { throw InputError(.invalid, run.place, found: "no inputs", expected: "\"inputs\": [\"...\"]") }
        return (found + options, output)
    }

    private static func option(_ key: String, _ value: JSONPlace) throws -> [String] {
        switch value.value {
        case .bool(let isTrue): return isTrue ? ["--\(key)"] : []
        case .string(let text): return ["--\(key)", text]
        case .number(let digits): return ["--\(key)", digits]
        case .array: return try value.array().flatMap { try option(key, $0) }
        case .null: return []
        case .object: throw value.wrong(expected: "a text, a number, true, false, or a list")
        }
    }
}
