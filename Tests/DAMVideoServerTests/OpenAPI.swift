import Foundation
import TestSupport

/// openapi.yaml, to validate answers against.
struct OpenAPI {
    private let root: [String: Any]

    init() throws {
        let file = Fixtures.root.appending(path: "Sources/DAMVideoServer/openapi.yaml")
        var parser = YAMLSubset(try String(contentsOf: file, encoding: .utf8))
        root = try parser.value() as? [String: Any] ?? [:]
    }

    /// Schema violations of a JSON answer, one per line.
    /// - Parameter path: as in openapi.yaml.
    func problems(_ method: String, _ path: String, status: Int, json: Data) throws -> [String] {
        let operation = at(["paths", path, method.lowercased()]) as? [String: Any]
        let responses = operation?["responses"] as? [String: Any]
        guard var response = (responses?["\(status)"] ?? (status >= 400 ? responses?["default"] : nil)) as? [String: Any] else {
            return ["\(method) \(path): answer \(status) is not described"]
        }
        if let reference = response["$ref"] as? String { response = resolved(reference) }
        let content = response["content"] as? [String: Any], type = content?["application/json"] as? [String: Any]
        guard let schema = type?["schema"] as? [String: Any] else { return ["\(method) \(path): answer \(status) is no JSON"] }
        return try problems(json, schema)
    }

    /// Schema violations of a value, by schema name.
    func problems(_ json: Data, schema name: String) throws -> [String] {
        try problems(json, ["$ref": "#/components/schemas/\(name)"])
    }

    private func problems(_ json: Data, _ schema: [String: Any]) throws -> [String] {
        let value = try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)
        return JSONSchema(root: root).problems(value, schema)
    }

    private func at(_ names: [String]) -> Any? { names.reduce(root as Any?) { ($0 as? [String: Any])?[$1] } }

    private func resolved(_ reference: String) -> [String: Any] {
        at(reference.split(separator: "/").dropFirst().map(String.init)) as? [String: Any] ?? [:]
    }
}

/// The subset of YAML that openapi.yaml uses: mappings and lists by indentation, or in braces and brackets on one line; quoted,
/// plain and folded text; numbers.
struct YAMLSubset {
    struct Problem: Error { let text: String }

    private var lines: [(indent: Int, text: String)]

    init(_ text: String) {
        lines = text.split(separator: "\n").compactMap { line in
            let text = line.drop { $0 == " " }
            return text.isEmpty || text.first == "#" ? nil : (line.count - text.count, String(text))
        }
    }

    mutating func value() throws -> Any {
        let result = try block(lines.first?.indent ?? 0)
        if let rest = lines.first { throw Problem(text: "found \(rest.text) where nothing can be") }
        return result
    }

    private mutating func block(_ indent: Int) throws -> Any {
        guard let first = lines.first, first.indent == indent else { return NSNull() }
        if first.text.hasPrefix("- ") {
            var list: [Any] = []
            while let line = lines.first, line.indent == indent, line.text.hasPrefix("- ") {
                lines[0] = (indent + 2, String(line.text.dropFirst(2)))
                list.append(try block(indent + 2))
            }
            return list
        }
        guard Self.key(first.text) != nil else {
            lines.removeFirst()
            return try Self.flow(first.text)
        }
        var mapping: [String: Any] = [:]
        while let line = lines.first, line.indent == indent, let (key, rest) = Self.key(line.text) {
            lines.removeFirst()
            if rest == ">" {
                var text: [String] = []
                while let line = lines.first, line.indent > indent { text.append(lines.removeFirst().text); _ = line }
                mapping[key] = text.joined(separator: " ")
            } else if rest.isEmpty {
                let next = lines.first?.indent ?? 0
                mapping[key] = next > indent ? try block(next) : NSNull()
            } else {
                mapping[key] = try Self.flow(rest)
            }
        }
        return mapping
    }

    /// The key at the start of a line, and the text after it.
    private static func key(_ text: String) -> (String, String)? {
        guard text.first != "{", text.first != "[" else { return nil }
        if text.first == "\"" {
            guard let end = text.dropFirst().firstIndex(of: "\"") else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.first == ":" else { return nil }
            return (String(text[text.index(after: text.startIndex)..<end]), rest.dropFirst().trimmingCharacters(in: .whitespaces))
        }
        let last = text.last == ":" ? text.index(before: text.endIndex) : nil
        guard let colon = text.range(of: ": ")?.lowerBound ?? last else { return nil }
        return (String(text[..<colon]), text[colon...].dropFirst().trimmingCharacters(in: .whitespaces))
    }

    private static func flow(_ text: String) throws -> Any {
        var rest = text[...]
        let isFlow = text.first == "{" || text.first == "["
        let result = try value(&rest, ends: isFlow ? ",}]" : "")
        guard rest.allSatisfy({ $0 == " " }) else { throw Problem(text: "found \(rest) behind a value") }
        return result
    }

    private static func value(_ rest: inout Substring, ends: String) throws -> Any {
        rest = rest.drop { $0 == " " }
        switch rest.first {
        case "{":
            var mapping: [String: Any] = [:]
            try items(&rest, close: "}") { rest in
                guard let key = try value(&rest, ends: ":,}]") as? CustomStringConvertible else { throw Problem(text: "found no key") }
                rest = rest.drop { $0 == " " }
                guard rest.popFirst() == ":" else { throw Problem(text: "found no colon behind \(key)") }
                mapping["\(key)"] = try value(&rest, ends: ",}]")
            }
            return mapping
        case "[":
            var list: [Any] = []
            try items(&rest, close: "]") { list.append(try value(&$0, ends: ",}]")) }
            return list
        case "\"":
            rest = rest.dropFirst()
            let text = rest.prefix { $0 != "\"" }
            rest = rest.dropFirst(text.count + 1)
            return String(text)
        default:
            let text = rest.prefix { !ends.contains($0) }.trimmingCharacters(in: .whitespaces)
            rest = rest.drop { !ends.contains($0) }
            if let number = Int(text) { return number }
            if text == "true" || text == "false" { return text == "true" }
            return text
        }
    }

    private static func items(_ rest: inout Substring, close: Character, _ item: (inout Substring) throws -> Void) throws {
        rest = rest.dropFirst().drop { $0 == " " }
        while let next = rest.first, next != close {
            try item(&rest)
            rest = rest.drop { $0 == " " }
            if rest.first == "," { rest = rest.dropFirst().drop { $0 == " " } }
        }
        guard rest.popFirst() == close else { throw Problem(text: "found no \(close)") }
    }
}
