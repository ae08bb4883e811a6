import Foundation

/// Names in the heads of multipart bodies and their parts. Sources: RFC 7578, RFC 2046 section 5.1, and the WHATWG's
/// "multipart/form-data encoding algorithm" for quoted names.
enum MultipartHeaders {
    /// The boundary named by a `content-type`.
    /// - Throws: `APIError`: 415 for another type, 400 without a usable boundary.
    static func boundary(contentType: String) throws -> String {
        let value = HeaderValue(contentType)
        guard value.first.lowercased() == "multipart/form-data" else {
            throw APIError(415, "found a body of type \(value.first), expected multipart/form-data or application/json")
        }
        guard let boundary = value.parameters["boundary"], (1...200).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw APIError(400, "found multipart/form-data without a boundary, expected one in content-type") }
        return boundary
    }

    /// The name and the file name of a part.
    /// - Parameter head: the part's header lines.
    /// - Throws: `APIError` 400 without a name.
    static func part(_ head: Data) throws -> (name: String, fileName: String?) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "content-disposition" else { continue }
            let value = HeaderValue(String(line[line.index(after: colon)...]))
            guard value.first.lowercased() == "form-data", let name = value.parameters["name"] else { break }
            return (name, value.parameters["filename*"].flatMap(extended) ?? value.parameters["filename"])
        }
        throw APIError(400, "found a part of the body without a name, expected content-disposition: form-data; name=...")
    }

    /// Decodes a value of RFC 8187: `UTF-8''name%20of%20file`.
    private static func extended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return parts[2].removingPercentEncoding
    }
}

/// A header's value with parameters: `form-data; name="a;b"`.
struct HeaderValue {
    /// The part before the first semicolon.
    let first: String
    /// Keyed by lowercase name.
    private(set) var parameters: [String: String] = [:]

    init(_ text: String) {
        var rest = text[...]
        first = rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        rest = rest.drop { $0 != ";" }.dropFirst()
        while !rest.isEmpty {
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst().drop { $0 == " " }
            let key = name.trimmingCharacters(in: .whitespaces).lowercased(), value = Self.takeValue(&rest)
            if !key.isEmpty, parameters[key] == nil { parameters[key] = value }
        }
    }

    /// Consumes a token, or a quoted string in which `\"` and `%22` are quotes, and the semicolon after it.
    private static func takeValue(_ rest: inout Substring) -> String {
        defer { rest = rest.drop { $0 != ";" }.dropFirst() }
        guard rest.first == "\"" else { return rest.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces) }
        rest = rest.dropFirst()
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
            // Backslashes in Windows paths escape nothing.
            let escapes = character == "\\" && (rest.first == "\"" || rest.first == "\\")
            value.append(escapes ? rest.removeFirst() : character)
        }
        return value.replacing("%22", with: "\"").replacing("%0D", with: " ").replacing("%0A", with: " ")
    }
}
