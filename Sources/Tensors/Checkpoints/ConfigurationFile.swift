import Files
import Foundation
import Imaging

/// A `config.json`, read key by key. Keys that are absent or null have the caller's default, unknown keys are ignored, and a
/// value of the wrong type or out of range is an error that names file and key.
package struct ConfigurationFile: Sendable {
    package let path: String
    private let values: [String: JSONValue]
    /// Path of keys to an object within the file, each followed by a dot; "" for the root.
    private let scope: String

    /// - Throws: `CheckpointError` if the file is missing or not a JSON object.
    package init(path: String) throws {
        guard let data = fileContents(path) else {
            throw CheckpointError(file: path, found: "no such file", expected: "a configuration in JSON")
        }
        self.path = path
        scope = ""
        do {
            values = try JSONDecoder().decode([String: JSONValue].self, from: data)
        } catch {
            throw CheckpointError(file: path, found: briefly(error), expected: "a configuration in JSON")
        }
    }

    /// - Parameter limits: plausible values, wider than in any model, but narrow enough that products fit an `Int`.
    package func integer(_ key: String, default fallback: Int? = nil, in limits: ClosedRange<Int>) throws -> Int {
        guard let value = present(key) ?? fallback.map({ .number(Double($0)) }) else {
            throw error(key, found: "nothing", expected: "a whole number")
        }
        guard case .number(let number) = value, let integer = Int(exactly: number), limits.contains(integer) else {
            throw error(key, found: "\(value)", expected: "a whole number from \(limits.lowerBound) to \(limits.upperBound)")
        }
        return integer
    }

    /// - Parameter isPositive: true if the value must be above 0.
    package func number(_ key: String, default fallback: Double, isPositive: Bool = true) throws -> Double {
        guard let value = present(key) else { return fallback }
        guard case .number(let number) = value, Float(number).isFinite, number > 0 || !isPositive else {
            throw error(key, found: "\(value)", expected: isPositive ? "a number above 0" : "a number")
        }
        return number
    }

    package func flag(_ key: String, default fallback: Bool) throws -> Bool {
        guard let value = present(key) else { return fallback }
        guard case .flag(let flag) = value else { throw error(key, found: "\(value)", expected: "true or false") }
        return flag
    }

    package func text(_ key: String, default fallback: String) throws -> String {
        guard let value = present(key) else { return fallback }
        guard case .text(let text) = value else { throw error(key, found: "\(value)", expected: "a text") }
        return text
    }

    /// The value under `key`; nil if absent or null.
    package func present(_ key: String) -> JSONValue? {
        switch values[key] {
        case .none, .null?: nil
        case let value?: value
        }
    }

    package func error(_ key: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(file: path, subject: scope + key, found: found, expected: expected)
    }

    /// The object under `key`; an empty one if absent or null.
    package func object(_ key: String) throws -> ConfigurationFile {
        switch present(key) {
        case .none: ConfigurationFile(path: path, values: [:], scope: scope + key + ".")
        case .object(let values)?: ConfigurationFile(path: path, values: values, scope: scope + key + ".")
        case let value?: throw error(key, found: "\(value)", expected: "an object")
        }
    }

    /// The integers listed under `key`.
    /// - Parameters:
    ///   - limits: bounds on each integer.
    ///   - count: required number of integers; nil for any.
    package func integers(
        _ key: String, default fallback: [Int], in limits: ClosedRange<Int>, count: Int? = nil
    ) throws -> [Int] {
        guard let value = present(key) else { return fallback }
        let expected = "a list of \(count.map { "\($0) " } ?? "")whole numbers from \(limits.lowerBound) to \(limits.upperBound)"
        guard case .list(let list) = value, count.map({ $0 == list.count }) ?? true else {
            throw error(key, found: "\(value)", expected: expected)
        }
        return try list.map {
            guard case .number(let number) = $0, let integer = Int(exactly: number), limits.contains(integer) else {
                throw error(key, found: "\($0)", expected: expected)
            }
            return integer
        }
    }

    /// A length given once for both directions, or as a list of two equal ones.
    package func side(_ key: String, default fallback: Int, in limits: ClosedRange<Int>) throws -> Int {
        guard case .list? = present(key) else { return try integer(key, default: fallback, in: limits) }
        let sides = try integers(key, default: [fallback, fallback], in: limits, count: 2)
        guard sides[0] == sides[1] else {
            throw error(key, found: "\(sides[0]) and \(sides[1])", expected: "two equal numbers")
        }
        return sides[0]
    }

    /// Creates a configuration from the values of a file other than a `config.json`.
    /// - Parameter path: path of that file, for errors.
    package init(path: String, values: [String: JSONValue]) {
        self.init(path: path, values: values, scope: "")
    }

    /// The keys and values as JSON.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(values) + Data("\n".utf8)
    }

    private init(path: String, values: [String: JSONValue], scope: String) {
        self.path = path
        self.values = values
        self.scope = scope
    }
}

extension ConfigurationFile {
    /// The string under `key`, which must be one of the supported values.
    @discardableResult
    package func require(_ key: String, default fallback: String, among known: [String]) throws -> String {
        let value = try text(key, default: fallback)
        guard known.contains(value) else {
            throw error(key, found: "\"\(value)\"", expected: known.map { "\"\($0)\"" }.joined(separator: " or "))
        }
        return value
    }

    /// The number of heads under `key`, which must divide `width`.
    package func heads(_ key: String, dividing width: Int) throws -> Int {
        let heads = try integer(key, in: 1...1024)
        guard width % heads == 0 else { throw error(key, found: "\(heads)", expected: "a divisor of \(width)") }
        return heads
    }

    /// The activation named under `key`.
    package func activation(
        _ key: String = "hidden_act", default fallback: Activation, among known: [Activation]
    ) throws -> Activation {
        let name = try require(key, default: fallback.rawValue, among: known.map(\.rawValue))
        return Activation(rawValue: name) ?? fallback
    }
}
