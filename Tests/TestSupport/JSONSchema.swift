import Foundation

/// The subset of JSON Schema (draft 2020-12) used by the caption document's schema and openapi.yaml; an unsupported keyword is
/// reported.
package struct JSONSchema {
    private let root: [String: Any]

    package init(_ data: Data) throws {
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// - Parameter root: document in which references are resolved.
    package init(root: [String: Any]) { self.root = root }

    /// Violations of one of the root's schemas, one per line.
    package func problems(_ value: Any, _ schema: [String: Any]) -> [String] { problems(value, schema, at: "$") }

    /// Violations in a document, one per line.
    package func problems(_ document: Data) throws -> [String] {
        problems(try JSONSerialization.jsonObject(with: document), root, at: "$")
    }

    private func problems(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
        schema.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
            func require(_ holds: Bool) -> [String] { holds ? [] : ["\(place): \(keyword) \(rule)"] }
            let object = value as? [String: Any], list = value as? [Any], number = (value as? NSNumber)?.doubleValue
            switch keyword {
            case "$schema", "$defs", "title", "description", "default": return []
            case "oneOf":
                let choices = (rule as? [[String: Any]] ?? []).map { problems(value, $0, at: place) }
                return choices.contains([]) ? [] : choices.flatMap(\.self)
            case "allOf": return (rule as? [[String: Any]] ?? []).flatMap { problems(value, $0, at: place) }
            case "format" where rule as? String == "date-time":
                let date = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/
                return require((value as? String)?.wholeMatch(of: date) != nil || value is NSNull)
            case "$ref":
                let names = (rule as? String)?.split(separator: "/").dropFirst() ?? []
                let target = names.reduce(root as Any?) { ($0 as? [String: Any])?[String($1)] } as? [String: Any]
                return target.map { problems(value, $0, at: place) } ?? ["\(place): \(rule) is not defined"]
            case "type":
                let names = rule as? [String] ?? [rule as? String ?? ""]
                return require(names.contains { isOf($0, value) })
            case "const": return require("\(value)" == "\(rule)")
            case "enum": return require((rule as? [String])?.contains("\(value)") == true)
            case "pattern":
                return require((value as? String)?.range(of: rule as? String ?? "", options: .regularExpression) != nil)
            case "minimum": return require(number.map { $0 >= (rule as? NSNumber)?.doubleValue ?? .nan } ?? false)
            case "maximum": return require(number.map { $0 <= (rule as? NSNumber)?.doubleValue ?? .nan } ?? false)
            case "exclusiveMinimum": return require(number.map { $0 > (rule as? NSNumber)?.doubleValue ?? .nan } ?? false)
            case "minItems": return require((list?.count ?? 0) >= (rule as? Int ?? .max))
            case "maxItems": return require((list?.count ?? 0) <= (rule as? Int ?? -1))
            case "required": return require((rule as? [String])?.allSatisfy { object?[$0] != nil } == true)
            case "additionalProperties":
                let known = (schema["properties"] as? [String: Any])?.keys.sorted() ?? []
                return require(object?.keys.allSatisfy(known.contains) == true)
            case "properties":
                return (rule as? [String: [String: Any]] ?? [:]).sorted { $0.key < $1.key }.flatMap { name, schema in
                    object?[name].map { problems($0, schema, at: "\(place).\(name)") } ?? []
                }
            case "items":
                let schema = rule as? [String: Any] ?? [:]
                return (list ?? []).enumerated().flatMap { problems($1, schema, at: "\(place)[\($0)]") }
            default: return ["\(place): keyword \(keyword) is not known"]
            }
        }
    }

    private func isOf(_ type: String, _ value: Any) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "null": value is NSNull
        case "boolean": value is Bool
        case "number": value is NSNumber
        case "integer": (value as? NSNumber).map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
        default: false
        }
    }
}
