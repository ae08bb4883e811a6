import Files
import Foundation
import Imaging
import Masks

/// The way annotations are read and their pictures are found.
package struct RegionSettings {
    /// Name of the source, in front of ids; nil for that of the file or folder.
    package var name: String?
    /// Folder that paths of records are relative to.
    package var mediaRoot = "."
    /// Folder of the pictures or clips; nil for the annotations' own.
    package var media: String?
    /// Masks of clips that are given as sources, one for each or one for all; none where sources are annotations.
    package var masks: [String] = []
    package var maskSettings = MaskSettings()
    /// COCO file with the pictures of a list of detections.
    package var pictures: String?
    /// Names of classes that the sources have as numbers.
    package var labels: [Int: String] = [:]
    /// Frames of a clip that a captioner is shown.
    package var frames = 8
    /// Instances of each frame, which masklets take their classes from: a file or folder of detections.
    package var instances: String?

    package init() {}
}

/// Regions of sources, gathered by picture or clip.
struct RegionTable {
    let settings: RegionSettings
    /// True for a picture or clip of this run.
    let isWanted: (String) -> Bool
    private(set) var candidates: [String: [(source: String, region: RegionCandidate)]] = [:]
    /// Boxes without a mask, by picture.
    private(set) var boxes: [String: [(source: String, region: RegionCandidate, box: BoundingBox)]] = [:]
    var tally = StepCounts()
    private(set) var failures: [(id: String, error: InputError)] = []
    private(set) var notes: [String] = []
    private let root: MediaRoot

    init(_ settings: RegionSettings, isWanted: @escaping (String) -> Bool) throws {
        (self.settings, self.isWanted) = (settings, isWanted)
        root = try MediaRoot(settings.mediaRoot)
    }

    /// Path of a picture or clip as records have it.
    /// - Throws: `InputError` for one that is not below the root.
    func media(_ path: String) throws -> String { try root.relative(path) }

    mutating func add(_ region: RegionCandidate, source: String) throws {
        let media = try media(region.path)
        guard isWanted(media) else { return }
        candidates[media, default: []].append((source, region))
    }

    /// Takes a region that has a box alone.
    mutating func add(_ region: RegionCandidate, box: BoundingBox, source: String) throws {
        let media = try media(region.path)
        guard isWanted(media) else { return }
        boxes[media, default: []].append((source, region, box))
    }

    mutating func fail(_ id: String, _ error: InputError) { failures.append((id, error)) }
    mutating func note(_ note: String) { notes.append(note) }
}

/// The folder that paths of records are relative to.
package struct MediaRoot: Sendable {
    private let folder: String
    private let absolute: String

    /// - Throws: `InputError` when there is no such folder.
    package init(_ folder: String) throws {
        guard FileStatus(folder)?.isFolder == true else { throw InputError(.notFound, "\(folder): no such folder") }
        self.folder = folder
        absolute = URL(filePath: folder).standardizedFileURL.path
    }

    /// - Throws: `InputError` for a path elsewhere.
    func relative(_ path: String) throws -> String {
        let own = URL(filePath: path).standardizedFileURL.path, root = absolute.hasSuffix("/") ? absolute : absolute + "/"
        guard own.hasPrefix(root) else {
            throw InputError(.usage, path, found: "a file outside of \(folder)", expected: "one below it (--media-root)")
        }
        return String(own.dropFirst(root.count))
    }

    /// Path of a record's picture or clip.
    package func path(of media: String) -> String { folder == "." ? media : folder + "/" + media }
}
