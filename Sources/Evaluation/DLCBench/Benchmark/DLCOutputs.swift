import Files
import Foundation
import Imaging

/// A file of captions in DLC-Bench's format: a caption by region, and the query they answer.
package struct DLCOutputs: Sendable {
    /// Prefix of an error message in place of a caption.
    private static let failure = "Error:"
    private static let queryKey = "query"

    package let path: String
    package private(set) var captions: [String: String]
    package private(set) var query: String?

    /// Creates an empty file's contents.
    package init(path: String, query: String) {
        (self.path, self.query, captions) = (path, query, [:])
    }

    /// - Throws: `InputError` for a missing or invalid file.
    package init(path: String) throws {
        self.path = path
        let file = try JSONPlace(file: path, expected: "a caption for each region")
        captions = [:]
        for (key, value) in try file.members() {
            if key == Self.queryKey { query = try value.string() } else { captions[key] = try value.string() }
        }
    }

    /// The caption of a region; nil if there is none, or an error message instead.
    package func caption(of key: String) -> String? {
        captions[key].flatMap { $0.hasPrefix(Self.failure) ? nil : $0 }
    }

    /// Adds a caption, and writes the file with the captions in order of `keys`.
    package mutating func add(_ caption: String, for key: String, order keys: [String]) throws {
        captions[key] = caption
        try save(order: keys)
    }

    /// Writes the file with the captions in order of `keys`.
    func save(order keys: [String]) throws { try OutputFile.write(data(order: keys), to: path, replaces: true) }

    /// Merges captions of several shards.
    /// - Throws: `InputError` of category `invalid` for a region that is missing, duplicated or unknown, and for different
    ///   queries.
    package static func merged(_ shards: [DLCOutputs], regions: DLCAnnotations) throws -> Data {
        guard var whole = shards.first else { return Data() }
        for shard in shards.dropFirst() {
            guard shard.query == whole.query else {
                throw InputError(
                    .invalid, shard.path, found: "captions of another query than in \(whole.path)", expected: "shards of one run")
            }
            for (key, caption) in shard.captions {
                guard whole.captions.updateValue(caption, forKey: key) == nil else {
                    throw InputError(.invalid, shard.path, found: "region \(key), which another shard also "
                        + "has", expected: "each region once")
                }
            }
        }
        let keys = regions.regions.map(\.key), absent = keys.filter { whole.caption(of: $0) == nil }
        if let first = absent.first {
            throw InputError(
                .invalid, whole.path,
                found: "no caption of \(absent.count) of \(keys.count) regions, \(first) first, in this and the other files",
                expected: "of all")
        }
        if let other = Set(whole.captions.keys).subtracting(keys).min() {
            throw InputError(.invalid, whole.path, found: "region \(other)", expected: "regions of the benchmark")
        }
        return whole.data(order: keys)
    }

    /// The file's contents: captions in order of `keys`, then others, then the query.
    func data(order keys: [String]) -> Data {
        var object = OrderedObject()
        let known = Set(keys)
        for key in keys + captions.keys.filter({ !known.contains($0) }).sorted() {
            object[key] = captions[key].map { .string($0) }
        }
        object[Self.queryKey] = query.map { .string($0) }
        return PythonJSON.data(.object(object))
    }
}
