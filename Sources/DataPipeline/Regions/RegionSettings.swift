import Files
import Foundation
import Imaging
import Masks

/// Settings for reading annotations and finding their images.
package struct RegionSettings {
    /// Name of the source, a prefix of ids; nil for that of the file or folder.
    package var name: String?
    /// Folder that records' paths are relative to.
    package var mediaRoot = "."
    /// Folder of the images or clips; nil for the annotations' own.
    package var media: String?
    /// Masks of clips given as sources, one path for each or one for all; empty for annotations.
    package var masks: [String] = []
    package var maskSettings = MaskSettings()
    /// COCO file that lists the images of detections.
    package var pictures: String?
    /// Class names for numbers in the sources.
    package var labels: [Int: String] = [:]
    /// Frames of a clip to show a captioner.
    package var frames = 8
    /// Instances per frame that give masklets their classes: a file or folder of detections.
    package var instances: String?

    package init() {}
}

/// Regions of sources, collected by image or clip.
struct RegionTable {
    let settings: RegionSettings
    /// True for an image or clip of this run's shard.
    let isWanted: (String) -> Bool
    private(set) var candidates: [String: [(source: String, region: RegionCandidate)]] = [:]
    /// Boxes without a mask, by image.
    private(set) var boxes: [String: [(source: String, region: RegionCandidate, box: BoundingBox)]] = [:]
    var tally = StepCounts()
    private(set) var failures: [(id: String, error: InputError)] = []
    private(set) var notes: [String] = []
    private let root: MediaRoot

    init(_ settings: RegionSettings, isWanted: @escaping (String) -> Bool) throws {
        (self.settings, self.isWanted) = (settings, isWanted)
        root = try MediaRoot(settings.mediaRoot)
    }

    /// Path of an image or clip as stored in records.
    /// - Throws: `InputError` if it is not below the root.
    func media(_ path: String) throws -> String { try root.relative(path) }

    mutating func add(_ region: RegionCandidate, source: String) throws {
        let media = try media(region.path)
        guard isWanted(media) else { return }
        candidates[media, default: []].append((source, region))
    }

    /// Adds a region with only a box.
    mutating func add(_ region: RegionCandidate, box: BoundingBox, source: String) throws {
        let media = try media(region.path)
        guard isWanted(media) else { return }
        boxes[media, default: []].append((source, region, box))
    }

    mutating func fail(_ id: String, _ error: InputError) { failures.append((id, error)) }
    mutating func note(_ note: String) { notes.append(note) }
}

/// The folder that records' paths are relative to.
package struct MediaRoot: Sendable {
    private let folder: String
    private let absolute: String

    /// - Throws: `InputError` if there is no such folder.
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

    /// Path of a record's image or clip.
    package func path(of media: String) -> String { folder == "." ? media : folder + "/" + media }
}
