/// Check for folders of PNGs named like frames, with files named like objects.
enum FrameFolders {
    /// - Parameters:
    ///   - folders: those in `listing` that contain PNGs.
    ///   - frameCount: number of the clip's frames; nil if unknown.
    /// - Throws: `MaskError` if each folder may be a frame, and each file in it an object.
    static func check(_ listing: FolderListing, _ folders: [String], frameCount: Int?) throws {
        let files = try folders.map { try FolderListing(path: listing.file($0)).files(withExtension: "png").map(FileNames.stem) }
        let names = Set(files.joined())
        guard folders.count > 1, tell(folders, names, frameCount) else { return }
        let example = "\(folders[0])/\(files[0].first ?? "").png"
        throw MaskError(
            path: listing.path,
            found: "\(folders.count) folders such as \(folders[0]) with up to \(files.map(\.count).max() ?? 0) PNGs, "
                + "which may each be a frame with a file for each object",
            expected: "a folder for each object, with a file for each frame "
                + "(--masks-format per-object-png takes \(example) for object \(folders[0]); "
                + "<frame>_mask_<object>.png in one folder are frames with objects)")
    }

    /// True if names, or the number of the clip's frames, suggest a folder per frame.
    private static func tell(_ folders: [String], _ files: Set<String>, _ frameCount: Int?) -> Bool {
        if folders.allSatisfy({ starts($0, with: ["frame", "img", "image"]) }) {
            return !files.contains { starts($0, with: ["frame", "img", "image"]) }
        }
        let ofObjects = ["obj", "instance"]
        if files.allSatisfy({ starts($0, with: ofObjects) }), !folders.contains(where: { starts($0, with: ofObjects) }) { return true }
        guard folders.allSatisfy({ Int($0) != nil }), files.allSatisfy({ Int($0) != nil }), files.count < folders.count
        else { return false }
        let digits = files.map(\.count).max() ?? 0
        // One image per object is too common to be doubted.
        if folders.count == frameCount, files.count > 1, folders.allSatisfy({ $0.count >= digits }) { return true }
        return folders.allSatisfy { $0.count >= 4 && $0.count > digits }
    }

    /// True if a name starts with one of these words and ends in a number.
    private static func starts(_ name: String, with words: [String]) -> Bool {
        let rest = name.lowercased()
        return words.contains { rest.hasPrefix($0) && MaskFolder.frameNumber(in: rest) != nil }
    }
}
