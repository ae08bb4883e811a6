import Files
import Foundation
import Imaging
import Masks

/// Records of a file: a JSON list, or JSON lines.
package enum JSONRecords {
    /// - Throws: `InputError` for a file that is missing, or neither.
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

    /// True for JSON lines, or a list, whose first record has a member of this name.
    static func areRecords(_ path: String, with key: String) -> Bool {
        guard let data = fileContents(path) else { return false }
        if let first = firstLine(data) { return first[key] != nil }
        guard case .array(let list)? = try? OrderedJSON(UTF8Text.bytes(Array(data)), path: path), case .object(let first)? = list.first
        else { return false }
        return first[key] != nil
    }

    /// The object that is the file's first line; nil where that is no object of its own.
    private static func firstLine(_ data: Data) -> OrderedObject? {
        let bytes = UTF8Text.bytes(Array(data.prefix { $0 != UInt8(ascii: "\n") }))
        guard case .object(let object)? = try? OrderedJSON(bytes, path: "") else { return nil }
        return object
    }
}
