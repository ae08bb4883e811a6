import DAMVideo
import Evaluation
import Files
import Foundation
import Imaging

/// Records of one or more files, in order of id regardless of the file, so that shards and the whole read alike. Lines are parsed
/// on demand, so that memory grows only with their number.
package struct RecordFiles: Sendable {
    private struct Line: Sendable {
        let id: String
        let media: String
        let file: Int
        let number: Int
        let bytes: Range<Int>
    }

    package let paths: [String]
    private let contents: [Data]
    private let lines: [Line]

    /// - Parameters:
    ///   - patterns: files, or patterns with `*`, `?` and `[...]`.
    ///   - shard: the shard to read; nil for all. All regions of an image or clip are in the same shard.
    /// - Throws: `InputError` for missing or invalid files, and for duplicate ids.
    package init(_ patterns: [String], shard: Shard? = nil) throws {
        paths = try FilePattern.files(patterns)
        contents = try paths.map { path in
            guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file, or not readable") }
            return data
        }
        var lines: [Line] = [], isOwnMedia: [String: Bool] = [:]
        for (file, data) in contents.enumerated() {
            for (number, bytes) in Self.ranges(of: data).enumerated() {
                let record = try Self.record(data, bytes, "\(paths[file]): line \(number + 1)")
                let isOwn = isOwnMedia[record.media] ?? shard?.has(media: record.media) ?? true
                isOwnMedia[record.media] = isOwn
                guard isOwn else { continue }
                lines.append(Line(id: record.id, media: record.media, file: file, number: number + 1, bytes: bytes))
            }
        }
        lines.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        if let (first, second) = zip(lines, lines.dropFirst()).first(where: { $0.id == $1.id }) {
            throw InputError(
                .invalid, "\(paths[second.file]): line \(second.number)", found: "region \(first.id) twice (\(paths[first.file]): line "
                    + "\(first.number))", expected: "each once")
        }
        self.lines = lines
    }

    package var count: Int { lines.count }
    package var ids: [String] { lines.map(\.id) }

    /// The record at a position in the order of ids.
    package func record(_ place: Int) throws -> Record {
        let line = lines[place]
        return try Self.record(contents[line.file], line.bytes, "\(paths[line.file]): line \(line.number)")
    }

    /// Calls `body` with each record.
    package func forEach(_ body: (Record) throws -> Void) throws {
        for place in lines.indices { try body(record(place)) }
    }

    /// Positions of the records of each image or clip, in the order of their first region.
    package func groups(of places: some Sequence<Int>) -> [[Int]] {
        var order: [String] = [], groups: [String: [Int]] = [:]
        for place in places {
            let media = lines[place].media
            if groups[media] == nil { order.append(media) }
            groups[media, default: []].append(place)
        }
        return order.compactMap { groups[$0] }
    }

    /// The line at a position in the order of ids, with its line break.
    package func line(_ place: Int) -> Data { contents[lines[place].file][lines[place].bytes] + Data("\n".utf8) }

    /// The files with their hashes, in order.
    var inputs: [StepMeta.Input] { zip(paths, contents).map { StepMeta.Input(path: $0, digest: ContentDigest.of($1)) } }

    private static func record(_ data: Data, _ bytes: Range<Int>, _ place: String) throws -> Record {
        try Record(line: JSONPlace(OrderedJSON(Array(data[bytes]), path: place), at: place))
    }

    /// Byte ranges of the lines in a file, without empty ones.
    static func ranges(of data: Data) -> [Range<Int>] {
        var ranges: [Range<Int>] = [], start = data.startIndex
        while start < data.endIndex {
            let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) ?? data.endIndex
            if end > start { ranges.append(start..<end) }
            start = end + 1
        }
        return ranges
    }
}

extension Shard {
    /// True if the regions of an image or clip belong to this shard.
    package func has(media: String) -> Bool { has(Int(ContentDigest.number(media) % UInt64(count))) }

    /// Path of this shard's output, such as `name-00003-of-00016.jsonl`.
    package func path(of output: String) -> String {
        func digits(_ number: Int) -> String { String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number) }
        let slash = output.lastIndex(of: "/").map { output.index(after: $0) } ?? output.startIndex
        let dot = output[slash...].lastIndex(of: ".") ?? output.endIndex
        return "\(output[..<dot])-\(digits(index))-of-\(digits(count))\(output[dot...])"
    }
}
