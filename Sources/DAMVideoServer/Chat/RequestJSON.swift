import Foundation
import Imaging

/// Decoder of JSON request bodies.
enum RequestJSON {
    /// - Throws: `APIError` 400 that names the field, 415 for a body not declared as JSON.
    static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data, contentType: String?) throws -> Value {
        if let contentType, !contentType.lowercased().contains("json") {
            throw APIError(
                415, "found content of type \(contentType.prefix(80)), expected application/json", code: "unsupported_media_type")
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw APIError(error)
        } catch let error as InputError {
            throw APIError(400, error.description, code: "invalid_value")
        }
    }
}

extension KeyedDecodingContainer {
    /// A whole number; nil if absent.
    /// - Throws: `DecodingError` that names the field, also for a fraction.
    func wholeNumber(forKey key: Key) throws -> Int? {
        do {
            return try decodeIfPresent(Int.self, forKey: key)
        } catch let error as DecodingError {
            throw error
        } catch {
            // The decoder's own error for a fraction or a number out of range.
            throw DecodingError.typeMismatch(Int.self, .init(codingPath: codingPath + [key], debugDescription: "a fraction"))
        }
    }
}

extension APIError {
    /// Converts a decoding error to the error for the client.
    fileprivate init(_ error: DecodingError) {
        func field(_ path: [any CodingKey], _ key: (any CodingKey)? = nil) -> String {
            (path + [key].compactMap(\.self)).reduce("") { text, key in
                key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
            }
        }
        let param: String, message: String
        switch error {
        case .keyNotFound(let key, let context): (param, message) = (field(context.codingPath, key), "found nothing, expected a value")
        case .typeMismatch(let type, let context):
            (param, message) = (field(context.codingPath), "found another type, expected \(Self.word(type))")
        case .valueNotFound(let type, let context):
            (param, message) = (field(context.codingPath), "found null, expected \(Self.word(type))")
        case .dataCorrupted(let context):
            (param, message) = (field(context.codingPath), context.codingPath.isEmpty ? "found no JSON" : context.debugDescription)
        @unknown default: (param, message) = ("", "found an unreadable value")
        }
        self.init(
            400, param.isEmpty ? "the body: \(message)" : "\(param): \(message)", param: param.isEmpty ? nil : param,
            code: param.isEmpty ? "invalid_json" : "invalid_value")
    }

    private static func word(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Int.Type: "a whole number"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        default: "\(type)".contains("Array") ? "a list" : "an object"
        }
    }
}
