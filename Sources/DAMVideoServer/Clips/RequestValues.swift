import Foundation
import Imaging
import GRDB

extension ServerRequest {
    /// Upper bound on the bytes of a JSON body.
    static let longestJSON = 1 << 20

    /// Decodes the body as JSON.
    /// - Throws: `APIError`: 400 that names the field, 413, 415.
    func json<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        if let type = headers["content-type"], HeaderValue(type).first.lowercased() != "application/json" {
            throw APIError(415, "found a body of type \(HeaderValue(type).first), expected application/json")
        }
        return try Self.decode(type, from: try await body.collected(limit: Self.longestJSON))
    }

    /// - Parameter place: location of the JSON in the request, for errors; nil for the body.
    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data, place: String? = nil) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw APIError(error, place)
        } catch let error as InputError {
            throw APIError(400, error.description, param: place, code: "invalid_json")
        }
    }

    /// A whole number of the query.
    /// - Throws: `APIError` 400 for anything else, or one out of range.
    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let most = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
            throw APIError(400, "\(name) \(text.prefix(40)): expected \(range.lowerBound) \(most)", param: name, code: "invalid_parameter")
        }
        return number
    }

    /// A date of the query, in seconds since 1970.
    /// - Throws: `APIError` 400 for an invalid date.
    func date(_ name: String) throws -> Double? {
        guard let text = query[name], !text.isEmpty else { return nil }
        return try DateText.required(text, name)
    }
}

extension DateText {
    /// - Throws: `APIError` 400 for an invalid date.
    static func required(_ text: String, _ name: String) throws -> Double {
        guard let seconds = seconds(text) else {
            throw APIError(
                400, "\(name) \(text.prefix(40)): expected a date with its offset, such as 2026-03-01T12:00:00Z", param: name,
                code: "invalid_parameter")
        }
        return seconds
    }
}

extension APIError {
    /// Converts an error of invalid or unexpected JSON.
    fileprivate init(_ error: DecodingError, _ place: String?) {
        let context: DecodingError.Context, path: [any CodingKey]
        var message: String?
        switch error {
        case .keyNotFound(let key, let found):
            (context, path, message) = (found, found.codingPath + [key], "found no such field, expected one")
        case .typeMismatch(_, let found), .valueNotFound(_, let found): (context, path) = (found, found.codingPath)
        case .dataCorrupted(let found): (context, path) = (found, found.codingPath)
        @unknown default: (context, path) = (DecodingError.Context(codingPath: [], debugDescription: "\(error)"), [])
        }
        let names = [place].compactMap(\.self) + path.map { $0.intValue.map(String.init) ?? $0.stringValue }
        let field = names.isEmpty ? nil : names.joined(separator: ".")
        let text = message ?? (path.isEmpty ? "found no JSON of the expected form, expected an object" : context.debugDescription)
        self.init(400, (field.map { "\($0): " } ?? "") + text, param: field, code: "invalid_json")
    }

    /// Converts any error of a handler for the client; nil for internal errors.
    /// - Parameter folder: the library's folder, which no message may name.
    static func telling(_ error: any Error, folder: String) -> APIError? {
        switch error {
        case let error as APIError: return error
        case let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_FULL: return diskFull
        case let error as InputError:
            if error.category == .inputOutput { return isDiskFull(error.description) ? diskFull : nil }
            let told = APIError(error)
            return APIError(
                told.status, told.message.replacing(folder + "/", with: ""), param: told.param, code: told.code)
        case let error as any CategorizedError: return telling(InputError(error.category, error.description), folder: folder)
        default: return nil
        }
    }

    private static let diskFull = APIError(507, "the disk of the library is full: nothing of this request was kept", code: "disk_full")

    /// True if a message of the system or of Foundation reports a full disk or quota.
    private static func isDiskFull(_ text: String) -> Bool {
        ([ENOSPC, EDQUOT].map { String(cString: strerror($0)) } + ["enough space"]).contains(where: text.contains)
    }
}
