import Foundation

/// Names of tracks, in a file beside masks whose layout has no place for names: `damvideo-labels.json`,
/// `{"1": "person"}`. Other tools see PNGs only and do not mind it.
struct TrackLabels: Equatable {
    static let fileName = "damvideo-labels.json"

    private(set) var labels: [String: String]

    init(_ tracks: [Track]) {
        labels = [:]
        for track in tracks { labels[track.id.description] = track.label }
    }

    /// - Returns: none when there is no such file in the folder.
    /// - Throws: `MaskError` when the file is not as damvideo writes it.
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

    /// The file's content.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(labels) + Data("\n".utf8)
    }
}
