import Files
import Imaging

/// Location of detections in a folder: one file for all frames, or a folder with a file per frame.
struct DetectionPlace {
    /// The file, or the folder of files.
    let path: String
    /// One file per frame; nil if a single file has all frames.
    let files: (format: DetectionFormat, paths: [String])?

    /// Relative paths of MOTChallenge's files.
    private static let known = ["det/det.txt", "det.txt", "gt/gt.txt", "gt.txt"]
    /// Folder names used by Ultralytics and others for per-frame files.
    private static let below = ["labels", "annotations"]

    /// - Parameter forced: the format given by the user; nil to detect it.
    /// - Throws: `MaskError` if nothing is there, or the format is unknown or ambiguous.
    init(folder: String, forced: DetectionFormat?) throws {
        let listing = try FolderListing(path: folder)
        if forced == nil || forced == .motChallenge,
            let file = Self.known.map(listing.file).first(where: { FileStatus($0)?.isRegular ?? false })
        {
            (path, files) = (file, nil)
            return
        }
        if let found = try Self.frames(below: listing, forced: forced) {
            (path, files) = (found.path, (found.format, found.paths))
            return
        }
        let listings = try Self.listings(listing)
        let documents = listings.flatMap { listing in
            ["json", "csv", "xml", "txt"].flatMap(listing.files(withExtension:)).map(listing.file)
        }
        let readable = documents.count == 1 ? documents : documents.prefix(8).filter { path in
            (try? MaskDocument(path: path)).map { (try? DetectionContent.format(of: $0)) != nil } ?? false
        }
        guard readable.count < 2 else {
            let names = readable.map { $0.dropFirst(listing.file("").count) }.joined(separator: " and ")
            throw MaskError(path: folder, found: "\(names), which hold detections", expected: "one of them")
        }
        guard let file = readable.first else {
            throw DetectionContent.unknown(
                folder, listing.files.isEmpty && listing.folders.isEmpty ? "an empty folder" : "a folder without detections")
        }
        (path, files) = (file, nil)
    }

    private static func listings(_ listing: FolderListing) throws -> [FolderListing] {
        let found = try below.filter(listing.folders.contains).map { try FolderListing(path: listing.file($0)) }
        // Splits of a data set, such as train and val.
        let parts = try found.flatMap { folder in try folder.folders.prefix(8).map { try FolderListing(path: folder.file($0)) } }
        return [listing] + found + parts
    }

    /// The folder of per-frame files: the given one, or one inside it; nil if there is none.
    /// - Throws: `MaskError` for a folder that cannot be listed.
    static func frames(
        below listing: FolderListing, forced: DetectionFormat?
    ) throws -> (path: String, format: DetectionFormat, paths: [String])? {
        if forced == nil || forced == .groundedSAM2, let found = GroundedSAMDetections.place(of: listing.path) {
            return (found.path, .groundedSAM2, found.files)
        }
        for listing in try listings(listing) {
            if let found = frames(in: listing, forced: forced) { return (listing.path, found.format, found.paths) }
        }
        return nil
    }

    /// Per-frame files, sorted by name; nil if a folder has none.
    private static func frames(in listing: FolderListing, forced: DetectionFormat?) -> (format: DetectionFormat, paths: [String])? {
        func isReadable(_ path: String, as format: DetectionFormat) -> Bool {
            (try? MaskDocument(path: path)).map { (try? DetectionContent.format(of: $0)) == format } ?? false
        }
        let texts = listing.files(withExtension: "txt").filter { !ClassNames.lists.contains($0) }.map(listing.file)
        if forced == .ultralytics || forced == nil, !texts.isEmpty,
            forced != nil || texts.lazy.filter({ (FileStatus($0)?.size ?? 0) > 0 }).prefix(4)
                .contains(where: { isReadable($0, as: .ultralytics) })
        {
            return (.ultralytics, texts)
        }
        let documents = listing.files(withExtension: "json").map(listing.file)
        if forced == .labelme || forced == nil, !documents.isEmpty,
            forced != nil || documents.prefix(4).contains(where: { isReadable($0, as: .labelme) })
        {
            return (.labelme, documents)
        }
        return nil
    }
}
