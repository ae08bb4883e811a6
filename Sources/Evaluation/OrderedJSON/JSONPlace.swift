import Imaging

/// A value in a JSON file with its location, for messages.
package struct JSONPlace: Sendable {
    /// File, and path of keys and indices to the value.
    package let place: String
    package let value: OrderedJSON

    package init(_ value: OrderedJSON, at place: String) {
        self.value = value
        self.place = place
    }

    package init(file path: String, expected: String) throws {
        self.init(try OrderedJSON(file: path, expected: expected), at: path)
    }

    package func object() throws -> OrderedObject {
        guard case .object(let object) = value else { throw wrong(expected: "an object") }
        return object
    }

    package func array() throws -> [JSONPlace] {
        guard case .array(let values) = value else { throw wrong(expected: "a list") }
        return values.enumerated().map { JSONPlace($1, at: "\(place)[\($0)]") }
    }

    package func string() throws -> String {
        guard case .string(let text) = value else { throw wrong(expected: "a text") }
        return text
    }

    package func number() throws -> Double {
        guard case .number(let digits) = value, let number = Double(digits) else { throw wrong(expected: "a number") }
        return number
    }

    package func integer() throws -> Int {
        guard let integer = Int(exactly: try number()) else { throw wrong(expected: "a whole number") }
        return integer
    }

    /// A member of the object.
    /// - Throws: `InputError` if there is no such key.
    package subscript(key: String) -> JSONPlace {
        get throws {
            guard let member = try optional(key) else { throw InputError(.invalid, place, found: "no \"\(key)\"", expected: "one") }
            return member
        }
    }

    /// A member of the object; nil if there is no such key.
    package func optional(_ key: String) throws -> JSONPlace? {
        try object()[key].map { JSONPlace($0, at: at(key)) }
    }

    /// The object's members in order.
    package func members() throws -> [(key: String, value: JSONPlace)] {
        try object().members.map { ($0.key, JSONPlace($0.value, at: at($0.key))) }
    }

    package func wrong(expected: String) -> InputError { InputError(.invalid, place, found: found, expected: expected) }

    private func at(_ key: String) -> String { place + (place.hasSuffix(".json") ? ": " : ".") + key }

    private var found: String {
        switch value {
        case .null: "null"
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): "\"\(text.prefix(40))\""
        case .array(let values): values.isEmpty ? "an empty list" : "a list"
        case .object: "an object"
        }
    }
}
