import Foundation
import VideoDecoding

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

    /// - Throws: `MaskTrackingError` when `path` is not a folder, a picture in it is not a PNG or has no frame number, two
    ///   are for one frame, or there is none. Hidden files and files that are not pictures do not matter.
    init(path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw MaskTrackingError(path: path, reason: .missing)
        }
        guard isDirectory.boolValue else { throw MaskTrackingError(path: path, reason: .notAFolder) }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            let cause = VideoError.unreadable(path: path, reason: "the folder cannot be listed")
            throw MaskTrackingError(path: path, reason: .unreadable(cause))
        }
        var pathOfFrame: [Int: String] = [:]
        var folders = 0
        for name in names {
            let file = URL(filePath: path).appending(path: name)
            let kind = file.pathExtension.lowercased()
            if FileManager.default.fileExists(atPath: file.path, isDirectory: &isDirectory), isDirectory.boolValue {
                folders += 1
                continue
            }
            if Self.pictureExtensions.contains(kind) { throw MaskTrackingError(path: file.path, reason: .notPNG) }
            guard kind == "png" else { continue }
            guard let frame = Self.frameNumber(in: file.deletingPathExtension().lastPathComponent) else {
                throw MaskTrackingError(path: file.path, reason: .notNumbered)
            }
            if let other = pathOfFrame.updateValue(file.path, forKey: frame) {
                throw MaskTrackingError(path: file.path, reason: .sameFrame(frame, other: URL(filePath: other).lastPathComponent))
            }
        }
        guard !pathOfFrame.isEmpty else {
            let contents = names.isEmpty ? "an empty folder" : folders == 0 ? "no PNG" : "no PNG but \(folders) folders"
            throw MaskTrackingError(path: path, reason: .noMasks(contents: contents))
        }
        entries = pathOfFrame.map { Entry(frame: $0.key, path: $0.value) }.sorted { $0.frame < $1.frame }
    }

    /// The ASCII digits at the end of a file's stem as a number; nil when there are none, or too many.
    static func frameNumber(in stem: String) -> Int? {
        Int(String(decoding: stem.utf8.reversed().prefix { (0x30...0x39).contains($0) }.reversed(), as: UTF8.self))
    }
}
