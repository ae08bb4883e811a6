import Files
import Foundation
import Imaging
import Masks

/// JSON that preserves the order of keys and Python's distinction of integers and floats, so that a file written by Python can be
/// reproduced byte for byte.
package indirect enum OrderedJSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// Text as Python writes it: with a point or an exponent unless it is an integer.
    case number(String)
    case string(String)
    case array([OrderedJSON])
    case object(OrderedObject)

    package static func number(_ value: Double) -> OrderedJSON { .number(value.description) }
    package static func number(_ value: Int) -> OrderedJSON { .number(value.description) }

    /// Reads a file.
    /// - Parameter expected: description of the expected content, for messages.
    /// - Throws: `InputError`: `notFound`, or `invalid` for invalid JSON or a duplicate key.
    package init(file path: String, expected: String) throws {
        guard let data = fileContents(path) else {
            guard let status = FileStatus(path) else { throw InputError(.notFound, "\(path): no such file") }
            throw InputError(.notFound, path, found: status.isFolder ? "a folder" : "a file that cannot be read", expected: expected)
        }
        try self.init(UTF8Text.bytes(Array(data)), path: path)
    }

    /// - Parameter path: name of the text in messages.
    /// - Throws: `InputError` of category `invalid`.
    package init(_ bytes: [UInt8], path: String) throws {
        var json = JSONReader(bytes)
        do {
            self = try json.ordered()
            try json.end()
        } catch let fault as JSONFault {
            throw InputError(.invalid, path, found: "\(fault.found) at byte \(fault.offset)", expected: fault.expected)
        }
    }
}

/// An object of ordered JSON.
package struct OrderedObject: Equatable, Sendable {
    package struct Member: Equatable, Sendable {
        package let key: String
        package let value: OrderedJSON
    }

    package private(set) var members: [Member] = []
    private var places: [String: Int] = [:]

    package init() {}

    package init(_ members: KeyValuePairs<String, OrderedJSON>) {
        for (key, value) in members { self[key] = value }
    }

    /// The value of a key; new keys are appended, and assigning nil has no effect.
    package subscript(key: String) -> OrderedJSON? {
        get { places[key].map { members[$0].value } }
        set {
            guard let newValue else { return }
            let member = Member(key: key, value: newValue)
            if let place = places[key] {
                members[place] = member
            } else {
                places[key] = members.count
                members.append(member)
            }
        }
    }

    package static func == (left: OrderedObject, right: OrderedObject) -> Bool { left.members == right.members }
}

extension JSONReader {
    fileprivate mutating func ordered() throws -> OrderedJSON {
        switch try kind() {
        case .null:
            try word("null")
            return .null
        case .bool:
            let isTrue = bytes[position] == UInt8(ascii: "t")
            try word(isTrue ? "true" : "false")
            return .bool(isTrue)
        case .string: return .string(try string())
        case .number: return .number(try pythonNumber())
        case .array:
            var values: [OrderedJSON] = []
            try array { json, _ in values.append(try json.ordered()) }
            return .array(values)
        case .object:
            var result = OrderedObject()
            try object { json, key in
                guard result[key] == nil else { throw json.fault("the key \"\(key)\" twice in one object", expected: "each key once") }
                result[key] = try json.ordered()
            }
            return .object(result)
        }
    }

    private mutating func pythonNumber() throws -> String {
        let text = try numberText()
        if text.wholeMatch(of: /-?[0-9]+/) != nil { return text }
        guard let value = Double(text), value.isFinite else { throw fault("\"\(text)\"", expected: "a number") }
        return value.description
    }
}
