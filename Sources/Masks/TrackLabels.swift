import Foundation

/// Track labels in a file next to masks whose format cannot store them: `damvideo-labels.json`, `{"1": "person"}`. Other tools
/// only read the PNGs and ignore it.
struct TrackLabels: Equatable {
    static let fileName = "damvideo-labels.json"

    private(set) var labels: [String: String]

    init(_ tracks: [Track]) {
        labels = [:]
        for track in tracks { labels[track.id.description] = track.label }
    }

    /// - Returns: empty labels if the folder has no such file.
    /// - Throws: `MaskError` if damvideo did not write the file this way.
    init(folder: String) throws {
        labels = [:]
        let file = URL(filePath: folder).appending(path: Self.fileName).path
        guard FileManager.default.fileExists(atPath: file) else { return }
        var labels: [String: String] = [:]
        try MaskDocument(path: file).read { json in
            try json.object { json, key in labels[key] = try json.string() }
        }
        self.labels = labels
    }

    var isEmpty: Bool { labels.isEmpty }

    subscript(track: TrackID) -> String? { labels[track.description] }

    /// The file's contents.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(labels) + Data("\n".utf8)
    }
}
