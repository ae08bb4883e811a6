/// Parsing of image names, as annotation files list them.
package enum FileNames {
    /// A file's name without folders and extension.
    package static func stem(_ path: String) -> String {
        let name = lastPart(path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// A path without its folders.
    static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// An image's name without folders and extensions, of which there may be two, as in `00000.jpg.png`.
    static func pictureStem(_ path: String) -> String {
        let stem = stem(path), parts = stem.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.last, pictureExtensions.contains(last.lowercased()) else { return stem }
        return String(stem.dropLast(last.count + 1))
    }

    /// Extensions of images other than PNGs.
    static let otherPictureExtensions: Set = ["jpg", "jpeg", "bmp", "gif", "tif", "tiff", "webp", "ppm", "pgm", "pbm", "jp2"]

    private static let pictureExtensions = otherPictureExtensions.union(["png"])

    /// The last folder of a path; nil if there is none.
    static func folder(_ path: String) -> String? {
        path.split(separator: "/").dropLast().last.map(String.init)
    }
}

/// Selection of the clip's video among those in a file.
struct VideoChoice {
    /// All names of each video.
    let names: [[String]]

    /// - Parameter clip: the clip's name without extension; nil if unknown.
    /// - Returns: the index of the video named like the clip, otherwise of the only one.
    /// - Throws: `MaskError` that lists the videos.
    func index(clip: String?, path: String) throws -> Int {
        if let clip {
            let matches = names.indices.filter { names[$0].contains(clip) }
            if matches.count == 1 { return matches[0] }
            guard matches.count < 2 else {
                throw MaskError(
                    path: path, found: "\(matches.count) videos named like the clip, "
                        + "\(clip)", expected: "one: the names of the others differ")
            }
        }
        if names.count == 1 { return 0 }
        let shown = names.prefix(8).map { $0.first ?? "?" } + (names.count > 8 ? ["..."] : [])
        throw MaskError(
            path: path, found: names.isEmpty ? "no video" : "\(names.count) videos (\(shown.joined(separator: ", ")))",
            expected: names.isEmpty ? "at least one" : "one of them to be named like the clip" + (clip.map { ", \($0)" } ?? ""))
    }
}
