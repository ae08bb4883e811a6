import Files
import Foundation
import Imaging

/// A tar file written entry by entry and reproducible to the byte: no times, no owners. Source: POSIX.1-1988, `ustar`.
struct TarFile {
    private static let block = 512
    /// Maximum bytes of an entry's name and of its folder.
    private static let longestName = 100, longestFolder = 155

    /// Bytes that an entry takes in the file.
    static func size(of data: Data) -> Int { block + (data.count + block - 1) / block * block }

    /// Header and content of an entry.
    /// - Throws: `InputError` for a name that does not fit.
    static func entry(_ name: String, _ data: Data) throws -> Data {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) { header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8) }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let (folder, file) = try split(name)
        guard data.count < 1 << 33 else { throw InputError(.invalid, name, found: "\(data.count) bytes", expected: "less than 8 GiB") }
        put(file, at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(data.count, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        0", at: 148)
        put("ustar\u{0}00", at: 257)
        put(folder, at: 345)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        let filling = Data(repeating: 0, count: size(of: data) - block - data.count)
        return Data(header) + data + filling
    }

    /// End-of-archive marker.
    static let end = Data(repeating: 0, count: 2 * block)

    private static func split(_ name: String) throws -> (folder: String, file: String) {
        if name.utf8.count <= longestName { return ("", name) }
        var place = name.endIndex
        while let slash = name[..<place].lastIndex(of: "/") {
            let folder = String(name[..<slash]), file = String(name[name.index(after: slash)...])
            if file.utf8.count > longestName { break }
            if folder.utf8.count <= longestFolder { return (folder, file) }
            place = slash
        }
        throw InputError(.invalid, name, found: "a name of \(name.utf8.count) bytes", expected: "one that a tar file can hold")
    }
}
