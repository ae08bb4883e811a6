import Foundation
import Imaging

/// File or folder that contains the masks: the given path, or a place below it where data sets and tools put them.
struct MaskPlace {
    let path: String
    /// Note on why a place below the given folder was chosen; nil if it was the only candidate.
    let note: String?

    /// Relative paths in exports: CVAT's segmentation masks and MOTS PNG, MOTChallenge.
    private static let known = ["SegmentationObject", "instances", "gt/gt.txt", "gt.txt"]

    /// Names of image folders in data sets.
    private static let ofStills: Set = ["images", "jpegimages", "img1", "data"]

    /// Names of label image folders.
    private static let ofLabels: Set = ["masks", "mask", "labels", "label", "annotations", "annotation", "default"]

    /// Folder levels between a data set's folder and those of its clips, as in `Annotations/480p/walk`.
    private static let depth = 2

    /// - Parameter format: the format given by the user; nil to detect it.
    /// - Throws: `MaskError` if there are several candidates, or the folder may be one of several objects.
    init(_ path: String, clip: ClipFacts, format: MaskFormat?) throws {
        guard format != .objectPNG, let listing = try? FolderListing(path: path), listing.files(withExtension: "png").isEmpty
        else {
            (self.path, note) = (path, nil)
            return
        }
        if format == nil || format?.detectionFormat != nil, try DetectionPlace.frames(below: listing, forced: nil) != nil {
            (self.path, note) = (path, nil)
            return
        }
        if let name = clip.name, let found = try Self.folder(called: name, in: path, besides: clip.path) {
            guard Self.holdsPictures(found) else {
                let place = Self.known.map { URL(filePath: found).appending(path: $0).path }.first(where: Self.holdsMasks) ?? found
                (self.path, note) = (place, "the masks are those in \(place), of the folder named like the clip")
                return
            }
            if format == nil { try Self.checkSiblings(of: found, in: listing) }
            (self.path, note) = (found, "the masks are those in the folder named like the clip "
                + "(--masks-format per-object-png takes folders for objects)")
            return
        }
        let places = Self.known.map(listing.file).filter(Self.holdsMasks)
        if let place = places.first {
            (self.path, note) = (place, "the masks are those in \(place)")
            return
        }
        let folders = listing.folders.filter { !Self.ofStills.contains($0.lowercased()) }.map(listing.file)
            .filter(Self.holdsPictures)
        if folders.isEmpty, format == nil, let file = try Self.document(in: listing) {
            (self.path, note) = (file, "the masks are those in \(file)")
        } else if folders.count == 1, format == nil, Self.ofLabels.contains(FileNames.lastPart(folders[0]).lowercased()),
            try MaskDetection.showsSeveralObjects(folders[0]) != nil {
            (self.path, note) = (folders[0], "the masks are those in \(folders[0])")
        } else {
            (self.path, note) = (path, nil)
        }
    }

    /// The folder of masks named like a clip, at most two levels below `root`; nil if there is none.
    /// - Parameter clip: path of the clip, which is not a folder of masks.
    /// - Throws: `MaskError` if there are several.
    static func folder(called name: String, in root: String, besides clip: String?) throws -> String? {
        try folder(called: name, in: root, besides: clip, where: holdsPictures)
            ?? folder(called: name, in: root, besides: clip, where: holdsPlace)
    }

    private static func folder(
        called name: String, in root: String, besides clip: String?, where holds: (String) -> Bool
    ) throws -> String? {
        let own = clip.map { URL(filePath: $0).standardizedFileURL.path }
        var folders = [root]
        for _ in 0...depth {
            let found = folders.map { URL(filePath: $0).appending(path: name).path }.filter {
                holds($0) && URL(filePath: $0).standardizedFileURL.path != own
            }
            guard found.count < 2 else {
                throw MaskError(
                    path: root, found: "\(found.sorted().joined(separator: " and ")), both named like the clip", expected: "one of them")
            }
            if let place = found.first { return place }
            folders = folders.flatMap { folder in
                ((try? FolderListing(path: folder))?.folders ?? []).prefix(32).map { URL(filePath: folder).appending(path: $0).path }
            }
        }
        return nil
    }

    static func holdsPictures(_ folder: String) -> Bool {
        !((try? FolderListing(path: folder))?.files(withExtension: "png") ?? []).isEmpty
    }

    /// True if a folder contains masks in a known place of an export, or folders of objects.
    private static func holdsPlace(_ folder: String) -> Bool {
        guard let listing = try? FolderListing(path: folder) else { return false }
        return known.map(listing.file).contains(where: holdsMasks) || !listing.folders.isEmpty && listing.folders.allSatisfy {
            !ofStills.contains($0.lowercased()) && !ofLabels.contains($0.lowercased()) && holdsPictures(listing.file($0))
        }
    }

    private static func holdsMasks(_ path: String) -> Bool {
        holdsPictures(path) || path.hasSuffix(".txt") && FileManager.default.fileExists(atPath: path)
    }

    /// The only mask file in an export's folder.
    /// - Throws: `MaskError` if there are several, or the format is known but not supported.
    private static func document(in listing: FolderListing) throws -> String? {
        var folders = [listing], files: [String] = []
        for _ in 0...depth {
            files += folders.flatMap { folder in
                ["json", "txt", "xml", "csv"].flatMap(folder.files(withExtension:)).filter { $0 != TrackLabels.fileName }.map(folder.file)
            }
            folders = folders.flatMap { folder in
                folder.folders.prefix(8).compactMap { try? FolderListing(path: folder.file($0)) }
            }
        }
        var found: [String] = [], unread: MaskError?
        for file in files.prefix(8) {
            do {
                let format = try MaskDetection(path: file, forced: nil).format
                // There may also be one such file per frame.
                if format != .cocoRLE { found.append(file) }
            } catch let error as MaskError {
                if case .notRead = error.reason { unread = unread ?? error }
            }
        }
        guard found.count < 2 else {
            let names = found.map { $0.dropFirst(listing.file("").count) }.joined(separator: " and ")
            throw MaskError(path: listing.path, found: "\(names), which hold masks", expected: "one of them")
        }
        if found.isEmpty, let unread { throw unread }
        return found.first
    }
}
