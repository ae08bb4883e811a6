import Foundation
import Tensors

/// A `config.json`, read key by key. Keys that are absent or null take the caller's default, keys nobody asks for are
/// passed over, and a value of the wrong kind or out of range is an error that names file and key.
struct ConfigurationFile {
    let path: String
    private let values: [String: JSONValue]

    /// - Throws: `CheckpointError` when the file is missing or not a JSON object.
    init(path: String) throws {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CheckpointError(file: path, found: "no such file", expected: "a configuration in JSON")
        }
        do {
            values = try JSONDecoder().decode([String: JSONValue].self, from: data)
        } catch {
            throw CheckpointError(file: path, found: briefly(error), expected: "a configuration in JSON")
        }
    }

    /// - Parameter limits: what is possible at all; wider than any model, narrow enough that products fit an `Int`.
    func integer(_ key: String, default fallback: Int? = nil, in limits: ClosedRange<Int>) throws -> Int {
        guard let value = present(key) ?? fallback.map({ .number(Double($0)) }) else {
            throw error(key, found: "nothing", expected: "a whole number")
        }
        guard case .number(let number) = value, let integer = Int(exactly: number), limits.contains(integer) else {
            throw error(key, found: "\(value)", expected: "a whole number from \(limits.lowerBound) to \(limits.upperBound)")
        }
        return integer
    }

    func number(_ key: String, default fallback: Double) throws -> Double {
        guard let value = present(key) else { return fallback }
        guard case .number(let number) = value, number.isFinite, number > 0 else {
            throw error(key, found: "\(value)", expected: "a number above 0")
        }
        return number
    }

    func flag(_ key: String, default fallback: Bool) throws -> Bool {
        guard let value = present(key) else { return fallback }
        guard case .flag(let flag) = value else { throw error(key, found: "\(value)", expected: "true or false") }
        return flag
    }

    func text(_ key: String, default fallback: String) throws -> String {
        guard let value = present(key) else { return fallback }
        guard case .text(let text) = value else { throw error(key, found: "\(value)", expected: "a text") }
        return text
    }

    /// The value under `key`, nil when it is absent or null.
    func present(_ key: String) -> JSONValue? {
        switch values[key] {
        case .none, .null?: nil
        case let value?: value
        }
    }

    func error(_ key: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(file: path, subject: key, found: found, expected: expected)
    }
}

/// Any JSON value.
enum JSONValue: Decodable, Equatable, CustomStringConvertible {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .text(let text): "\"\(text)\""
        case .list(let list): "a list of \(list.count)"
        case .object: "an object"
        }
    }
}
