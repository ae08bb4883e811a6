import Files
import Foundation

/// A series of images as a clip: frame K is the K-th image, so gaps in the numbers are not gaps in the clip.
struct StillSequence: Sendable {
    /// The folder or pattern, as given.
    let path: String
    /// Paths of the images, in order; at least one.
    let files: [String]
    /// Frames per second.
    let frameRate: Double

    /// - Returns: nil if `path` is neither a folder nor a printf pattern; a file with that very name takes precedence.
    /// - Throws: `VideoError` if there are no such images, two have the same number, or the rate is not positive.
    init?(path: String, frameRate: Double) throws {
        self.path = path
        self.frameRate = frameRate
        if let status = FileStatus(path) {
            guard status.isFolder else { return nil }
            files = try stills(inFolder: path)
        } else {
            guard let pattern = NumberPattern(path) else { return nil }
            files = try stills(matching: pattern, path: path)
        }
        guard ClipPart.stillRates.contains(frameRate) else {
            throw VideoError.invalid(
                path: path, found: "a rate of \(frameRate) frames a second", expected: ClipPart.stillRatesText)
        }
    }

    /// Time in seconds; stills are evenly spaced.
    func time(ofFrame frame: Int) -> Double {
        Double(frame) / frameRate
    }

    func frames(in span: TimeSpan) -> Range<Int> {
        let start = firstPlace(in: files.count) { span.hasBegun(at: time(ofFrame: $0)) }
        return start..<max(start, firstPlace(in: files.count) { span.isOver(at: time(ofFrame: $0)) })
    }

    /// Decodes the first image.
    func info() throws -> VideoInfo {
        let first = try StillPicture(path: files[0])
        return VideoInfo(size: first.orientation.size(of: first.frame.size), frameRate: frameRate, frames: files.count)
    }
}

/// File extensions of images; other files in a folder are ignored.
private let endings: Set<String> = [
    "avif", "bmp", "dpx", "exr", "j2k", "jp2", "jpeg", "jpg", "pgm", "png", "ppm", "tga", "tif", "tiff", "webp",
]

/// Sorts stills by the numbers in which names differ, from left to right, if all have some; otherwise by name.
private func stills(inFolder path: String) throws -> [String] {
    let names = try contents(path).filter { name in
        !name.hasPrefix(".") && endings.contains((name as NSString).pathExtension.lowercased())
    }
    guard !names.isEmpty else {
        throw VideoError.invalid(path: path, found: "a folder without pictures", expected: "stills, or a file")
    }
    let places = NameNumbers(names.map { ($0 as NSString).deletingPathExtension })?.places
    let ordered = try places.map { try sorted(zip(names, $0).map { (name: $0, number: $1) }, path: path) } ?? names.sorted()
    return ordered.map { path + "/" + $0 }
}

private func stills(matching pattern: NumberPattern, path: String) throws -> [String] {
    let names = FileStatus(pattern.folder) == nil ? [] : try contents(pattern.folder)
    let numbered = names.compactMap { name in pattern.number(in: name).map { (name: name, number: $0) } }
    guard !numbered.isEmpty else { throw VideoError.missing(path: path) }
    return try sorted(numbered, path: path).map { pattern.prefix + $0 }
}

private func contents(_ folder: String) throws -> [String] {
    if let names = folderNames(folder) { return names }
    throw VideoError.unreadable(path: folder, reason: "the folder cannot be listed")
}

private func sorted(_ pictures: [(name: String, number: some Comparable)], path: String) throws -> [String] {
    let ordered = pictures.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
    for (picture, next) in zip(ordered, ordered.dropFirst()) where picture.number == next.number {
        throw VideoError.invalid(
            path: path, found: "two pictures with the same number, \(picture.name) and \(next.name)",
            expected: "one series of stills")
    }
    return ordered.map(\.name)
}
