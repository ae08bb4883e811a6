import Files
import Foundation
import Imaging
import Masks

/// Records in a file: a JSON list, or JSON Lines.
package enum JSONRecords {
    /// - Throws: `InputError` for a missing file or another format.
    package static func read(_ path: String, expected: String) throws -> [JSONPlace] {
        guard let data = fileContents(path), firstLine(data) != nil else {
            return try JSONPlace(file: path, expected: expected).array()
        }
        let lines = UTF8Text.bytes(Array(data)).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { number, line in
            let place = "\(path): line \(number + 1)"
            guard !line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) else { return nil }
            return JSONPlace(try OrderedJSON(Array(line), path: place), at: place)
        }
    }

    /// True for JSON Lines, or a list, whose first record has this member.
    static func areRecords(_ path: String, with key: String) -> Bool {
        guard let data = fileContents(path) else { return false }
        if let first = firstLine(data) { return first[key] != nil }
        guard case .array(let list)? = try? OrderedJSON(UTF8Text.bytes(Array(data)), path: path), case .object(let first)? = list.first
        else { return false }
        return first[key] != nil
    }

    /// The object on the file's first line; nil if the line is not a complete object.
    private static func firstLine(_ data: Data) -> OrderedObject? {
        let bytes = UTF8Text.bytes(Array(data.prefix { $0 != UInt8(ascii: "\n") }))
        guard case .object(let object)? = try? OrderedJSON(bytes, path: "") else { return nil }
        return object
    }
}
