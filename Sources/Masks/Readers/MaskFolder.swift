import Foundation

/// The mask files in one folder, with frames from their names.
struct MaskFolder {
    struct Entry {
        /// The number in the name, or the clip's frame if masks are named like its stills.
        let frame: Int
        let path: String
    }

    /// Ascending by frame; at least one.
    let entries: [Entry]
    /// True if frames were matched by the names of the clip's stills.
    let isPlaced: Bool
    /// True if frames are positions in the sorted names.
    let isInOrder: Bool
    /// Note on how names were read; nil if there was only one way.
    let note: String?

    /// - Parameters:
    ///   - fileExtension: extension of the mask files, in lowercase.
    ///   - stills: the clip's stills, frame by name.
    /// - Throws: `MaskError` if `path` is not a folder, an image in it is not a PNG or has no frame number, two files are for the
    ///   same frame, or there are none. Hidden files and files that are not images are ignored.
    init(path: String, fileExtension: String = "png", stills: [String: Int] = [:]) throws {
        let listing = try FolderListing(path: path)
        var names: [String] = []
        for name in listing.files where name != TrackLabels.fileName {
            let kind = (name.split(separator: ".").last ?? "").lowercased()
            if FileNames.otherPictureExtensions.contains(kind) {
                throw MaskError(
                    path: listing.file(name), found: "a picture that is not a PNG", expected: "label PNGs only")
            }
            if kind == fileExtension { names.append(name) }
        }
        guard !names.isEmpty else {
            throw MaskError(path: path, found: listing.contents, expected: "label PNGs named by frame, such as 00000.png")
        }
        let found: FrameNames
        do {
            found = try FrameNames(names, stills: stills)
        } catch {
            throw Self.error(error, names, listing)
        }
        var pathOfFrame: [Int: String] = [:]
        for (name, frame) in zip(names, found.frames) {
            let file = listing.file(name)
            if let other = pathOfFrame.updateValue(file, forKey: frame) {
                throw MaskError(path: file, reason: .sameFrame(frame, other: URL(filePath: other).lastPathComponent))
            }
        }
        entries = pathOfFrame.map { Entry(frame: $0.key, path: $0.value) }.sorted { $0.frame < $1.frame }
        (isPlaced, isInOrder, note) = (found.arePlaced, found.areInOrder, found.note)
    }

    /// `note` as a list of problems of the masks.
    func notes(_ path: String) -> [MaskProblem] { note.map { [MaskProblem(.note, "\(path): \($0)")] } ?? [] }

    private static func error(_ fault: FrameNames.Fault, _ names: [String], _ listing: FolderListing) -> MaskError {
        switch fault {
        case .noNumber(let index):
            return MaskError(
                path: listing.file(names[index]), found: "a name without a number at its end",
                expected: "a frame number, such as 00000.png")
        case .tooLarge(let index):
            let (found, expected) = FrameNames.tooLarge(names[index])
            return MaskError(path: listing.file(names[index]), found: found, expected: expected)
        }
    }

    /// The digits at the end of a file's stem as a number; nil if there are none, or the number is too large.
    static func frameNumber(in stem: String) -> Int? {
        let digits = stem.utf8.reversed().prefix { (0x30...0x39).contains($0) }.reversed()
        return Int32(String(decoding: digits, as: UTF8.self)).map(Int.init)
    }
}
