import Foundation
import Imaging

/// Decoder of hand-written JSON: missing keys take the values of a default, and unknown keys are refused.
enum LenientJSON {
    /// - Parameters:
    ///   - given: an object from JSONSerialization.
    ///   - base: the default value.
    ///   - place: the object's location, for errors.
    /// - Throws: `InputError` of category `invalid`.
    static func value<Value: Codable>(_ given: Any, over base: Value, at place: String) throws -> Value {
        guard let given = given as? [String: Any] else { throw InputError(.invalid, place, found: "something else", expected: "an object") }
        let whole = try JSONSerialization.data(withJSONObject: merged(given, over: object(base)))
        let value: Value
        do {
            value = try JSONDecoder().decode(Value.self, from: whole)
        } catch let error as DecodingError {
            throw InputError(.invalid, place, found: briefly(error), expected: "other values")
        }
        if let key = unknown(given, in: try object(value)) {
            throw InputError(.invalid, place, found: "the key \(key)", expected: "known keys only")
        }
        return value
    }

    private static func object(_ value: some Encodable) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any] ?? [:]
    }

    private static func merged(_ given: [String: Any], over base: [String: Any]) -> [String: Any] {
        base.merging(given) { old, new in
            if let old = old as? [String: Any], let new = new as? [String: Any] { merged(new, over: old) } else { new }
        }
    }

    /// The first unknown key, found by encoding the decoded value again; null counts as absent.
    private static func unknown(_ given: [String: Any], in understood: [String: Any], _ path: String = "") -> String? {
        for (key, value) in given.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
            guard let other = understood[key] else { return path + key }
            if let value = value as? [String: Any], let other = other as? [String: Any],
                let inner = unknown(value, in: other, path + key + ".") { return inner }
        }
        return nil
    }

    private static func briefly(_ error: DecodingError) -> String {
        func text(_ path: [any CodingKey], _ words: String) -> String {
            let keys = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            return words + (keys.isEmpty ? "" : " at \(keys)")
        }
        return switch error {
        case .keyNotFound(let key, let context): text(context.codingPath, "no key \(key.stringValue)")
        case .typeMismatch(_, let context), .valueNotFound(_, let context): text(context.codingPath, "a value of another type")
        case .dataCorrupted(let context): text(context.codingPath, context.debugDescription)
        @unknown default: "\(error)"
        }
    }
}
