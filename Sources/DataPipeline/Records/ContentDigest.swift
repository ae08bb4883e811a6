import Files
import Foundation
import Imaging

/// SHA-256 hashes of the pipeline's inputs, and pseudo-random decisions derived from them: equal on all machines and in every
/// run.
package enum ContentDigest {
    /// Files above this size are hashed by their size, beginning and end, because reading a whole model takes longer than some
    /// steps.
    private static let wholeFile = 64 << 20
    private static let part = 1 << 20

    /// 64 hexadecimal digits.
    package static func of(_ data: Data) -> String {
        var digest = SHA256()
        data.withUnsafeBytes { digest.update($0) }
        return digest.finish()
    }

    package static func of(_ text: String) -> String { of(Data(text.utf8)) }

    /// A uniformly distributed number derived from a text.
    package static func number(_ text: String) -> UInt64 { UInt64(of(text).prefix(16), radix: 16) ?? 0 }

    /// A uniformly distributed number in [0, 1) derived from a text.
    package static func share(_ text: String) -> Double { Double(number(text) >> 11) * 0x1p-53 }

    /// Hash of a file's contents.
    /// - Throws: `InputError` if it cannot be read.
    package static func of(file path: String) throws -> String {
        guard let file = openFile(path) else { throw InputError(.notFound, "\(path): no such file, or not readable") }
        var digest = SHA256()
        while let piece = try OutputFile.translating(path, { try file.read(upToCount: part) }), !piece.isEmpty {
            piece.withUnsafeBytes { digest.update($0) }
        }
        return digest.finish()
    }

    /// Hash of a model's folder: names, sizes and contents of its files, of large ones the beginning and the end.
    package static func of(model folder: String) throws -> String {
        var lines: [String] = []
        for file in try files(in: folder, below: "") {
            let path = "\(folder)/\(file)", size = FileStatus(path)?.size ?? 0
            let content = try size <= wholeFile ? of(file: path) : of(ends: path, size)
            lines.append("\(file) \(size) \(content)")
        }
        return of(lines.joined(separator: "\n"))
    }

    private static func of(ends path: String, _ size: Int) throws -> String {
        guard let file = openFile(path) else { throw InputError(.notFound, "\(path): no readable file") }
        let ends = try OutputFile.translating(path) {
            let first = try file.read(upToCount: part) ?? Data()
            try file.seek(toOffset: UInt64(size - part))
            return first + (try file.read(upToCount: part) ?? Data())
        }
        return of(ends)
    }

    private static func files(in folder: String, below prefix: String) throws -> [String] {
        guard let names = folderNames(folder) else { throw InputError(.notFound, "\(folder): no such folder") }
        return try names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name in
            FileStatus("\(folder)/\(name)")?.isFolder == true
                ? try files(in: "\(folder)/\(name)", below: "\(prefix)\(name)/") : [prefix + name]
        }
    }
}
