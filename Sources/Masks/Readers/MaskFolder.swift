import Foundation

/// The mask files in one folder, found by their names.
struct MaskFolder {
    struct Entry {
        /// 0-based frame of the clip: the number at the end of the name, whatever stands before it.
        let frame: Int
        let path: String
    }

    /// Ascending by frame; at least one.
    let entries: [Entry]

    private static let pictureExtensions: Set = ["jpg", "jpeg", "bmp", "gif", "tif", "tiff", "webp", "ppm", "pgm", "pbm", "jp2"]

    /// - Parameter fileExtension: of the mask files, in lower case.
    /// - Throws: `MaskError` when `path` is not a folder, a picture in it is not a PNG or has no frame number, two
    /// are for one frame, or there is none. Hidden files and files that are not pictures do not matter.
    init(path: String, fileExtension: String = "png") throws {
        let listing = try FolderListing(path: path)
        var pathOfFrame: [Int: String] = [:]
        for name in listing.files where name != TrackLabels.fileName {
            let kind = (name.split(separator: ".").last ?? "").lowercased()
            let file = listing.file(name)
            if Self.pictureExtensions.contains(kind) {
                throw MaskError(path: file, found: "a picture that is not a PNG", expected: "label PNGs only")
            }
            guard kind == fileExtension else { continue }
            guard let frame = Self.frameNumber(in: FileNames.stem(name)) else {
                throw MaskError(
                    path: file, found: "a name without a number at its end", expected: "a frame number, such as 00000.png")
            }
            if let other = pathOfFrame.updateValue(file, forKey: frame) {
                throw MaskError(path: file, reason: .sameFrame(frame, other: URL(filePath: other).lastPathComponent))
            }
        }
        guard !pathOfFrame.isEmpty else {
            throw MaskError(path: path, found: listing.contents, expected: "label PNGs named by frame, such as 00000.png")
        }
        entries = pathOfFrame.map { Entry(frame: $0.key, path: $0.value) }.sorted { $0.frame < $1.frame }
    }

    /// The ASCII digits at the end of a file's stem as a number; nil when there are none, or more than a frame can have.
    static func frameNumber(in stem: String) -> Int? {
        let digits = stem.utf8.reversed().prefix { (0x30...0x39).contains($0) }.reversed()
        return Int32(String(decoding: digits, as: UTF8.self)).map(Int.init)
    }
}
