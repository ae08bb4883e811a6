import Files
import Foundation
import Imaging

/// Destination of merged captions: files or stdout.
package struct MergedOutput {
    let path: String
    let format: CaptionFormat
    let overwrites: Bool

    /// - Parameters:
    ///   - path: a file, "-" for stdout, or a folder for files named like the clips: an existing one, or a path that ends with a
    ///     slash.
    package init(_ path: String, format: CaptionFormat, overwrites: Bool) {
        (self.path, self.format, self.overwrites) = (path, format, overwrites)
    }

    private var isFolder: Bool { path.hasSuffix("/") || FileStatus(path)?.isFolder == true }

    /// Contents of each file, all encoded before any is written.
    /// - Throws: `InputError`.
    package func files(_ pieces: [ShardPiece]) throws -> [(path: String, data: Data)] {
        guard isFolder else {
            guard pieces.count == 1 || format == .jsonl else {
                throw InputError(.usage, path, found: "\(pieces.count) clips for a file", expected: "one clip, a folder, or --format jsonl")
            }
            return [(path, try pieces.map(data).reduce(Data(), +))]
        }
        let files = try pieces.map { (path: format.defaultPath(forClip: $0.clip, in: path), data: try data($0)) }
        var clips: [String: String] = [:]
        for (file, piece) in zip(files, pieces) {
            if let other = clips.updateValue(piece.clip, forKey: file.path) {
                throw InputError(
                    .usage, file.path, found: "two clips, \(other) and \(piece.clip), that would be written there", expected: "a file")
            }
        }
        return files
    }

    private func data(_ piece: ShardPiece) throws -> Data {
        if let request = piece.request { return try format.data(piece.document, request) }
        guard format != .jsonl else {
            throw InputError(.usage, piece.path, found: "a document, which lacks some of what JSON Lines hold", expected: "JSON Lines")
        }
        // The other formats do not include the request.
        return try format.data(piece.document, ClipRequest(clip: piece.clip))
    }

    /// - Throws: `InputError`; nothing is written if any file cannot be.
    package func write(_ pieces: [ShardPiece], inputs: InputFiles) throws {
        let files = try files(pieces)
        if path == "-" { return try files.forEach { try StandardOutput.write($0.data) } }
        if path.hasSuffix("/"), FileStatus(path) == nil {
            try OutputFile.translating(path) { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        }
        for file in files {
            try inputs.refuse(file.path)
            try OutputFile.check(file.path, overwrites: overwrites)
        }
        for file in files { try OutputFile.write(file.data, to: file.path, replaces: overwrites) }
    }
}
