import Files
import Foundation
import Imaging
import Media

/// Writes masks of any source in other tools' formats, such that reading them back gives the same tracks: ids, labels, frames and
/// every pixel. Whatever a format cannot hold is an error that names what would be lost. MOTChallenge text is for tracks: it
/// keeps ids and the boxes around masks.
package enum MaskWriter {
    /// - Parameters:
    ///   - path: the folder, or the file for `youtubeVIS` and `motChallenge`; first written next to it under a temporary name.
    ///   - replaces: true to replace an existing file, or a folder that contains only masks.
    /// - Throws: `MaskError`; nothing at `path` has then changed.
    package static func write(
        _ source: any MaskSource, as format: MaskFormat, to path: String, replaces: Bool = false
    ) throws {
        try check(path, format: format, replaces: replaces)
        try refuseOverlap(of: path, with: source.path)
        do {
            let output = try PendingOutput(path: path)
            switch format {
            case .labelPNG: try LabelFolderWriter.write(source, to: output.temporary)
            case .objectPNG: try ObjectFolderWriter.write(source, to: output.temporary)
            case .youtubeVIS: try YouTubeVISWriter.write(source, to: output.temporary)
            case .motChallenge: try MOTChallengeWriter.write(source, to: output.temporary)
            default: throw notWritable(format, path)
            }
            try output.commit(replaces: replaces)
        } catch {
            switch error {
            case let error as MaskError: throw error
            case let error as InputError where error.category == .outputExists:
                throw MaskError(path: path, reason: .outputExists)
            case let error as InputError: throw MaskError(path: path, reason: .notWritten(cause: error.description))
            case let error as VideoError: throw MaskError(path: path, reason: .unreadable(error))
            default: throw MaskError(path: path, reason: .notWritten(cause: error.localizedDescription))
            }
        }
    }

    /// Checks, before any work is done, that masks can be written.
    /// - Throws: `MaskError`.
    package static func check(_ path: String, format: MaskFormat, replaces: Bool) throws {
        guard MaskFormat.writable.contains(format) else { throw notWritable(format, path) }
        do {
            try PendingOutput.check(path)
        } catch let error as InputError {
            throw MaskError(path: path, reason: .notWritten(cause: error.description))
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard replaces else { throw MaskError(path: path, reason: .outputExists) }
        let wantsFolder = format.isFolder ?? false
        guard isFolder.boolValue == wantsFolder else {
            throw MaskError(
                path: path, found: wantsFolder ? "a file" : "a folder",
                expected: "a \(wantsFolder ? "folder" : "file") to replace")
        }
        if wantsFolder { try requireMasksOnly(path) }
    }

    /// Checks, before other frames are computed, that a format can hold tracks with these masks at some frames.
    /// - Parameter frames: frames to check; nil for all.
    /// - Throws: `MaskError` that names what would be lost.
    package static func check(_ source: any MaskSource, fits format: MaskFormat, frames: Set<Int>?) throws {
        try check(source.tracks.map(\.id), of: source.path, fit: format)
        if format == .labelPNG { try LabelFolderWriter.check(source, frames: frames ?? Set(source.annotatedFrames)) }
    }

    /// Checks that a format can hold tracks of these ids.
    /// - Parameter path: name of their source in errors.
    /// - Throws: `MaskError` that names what would be lost.
    package static func check(_ ids: [TrackID], of path: String, fit format: MaskFormat) throws {
        switch format {
        case .labelPNG: try LabelFolderWriter.check(ids, of: path)
        case .objectPNG: for id in ids { _ = try ObjectFolderWriter.name(id, of: path) }
        case .motChallenge: for id in ids { _ = try MOTChallengeWriter.number(id, of: path) }
        default: break
        }
    }

    private static func notWritable(_ format: MaskFormat, _ path: String) -> MaskError {
        MaskError(
            path: path, found: "\(format.rawValue) as layout to write",
            expected: MaskFormat.writable.map(\.rawValue).joined(separator: ", "))
    }

    /// Checks that a folder to be replaced, and so removed, contains only masks.
    private static func requireMasksOnly(_ path: String) throws {
        func require(_ folder: String, _ names: [String]) throws {
            if let other = names.first(where: { !$0.lowercased().hasSuffix(".png") && $0 != TrackLabels.fileName }) {
                throw MaskError(path: folder, found: "\(other) among masks", expected: "a folder of masks only to replace")
            }
        }
        let top = try FolderListing(path: path, withHidden: true)
        try require(path, top.files)
        for folder in top.folders {
            let inner = try FolderListing(path: top.file(folder), withHidden: true)
            try require(inner.path, inner.files + inner.folders)
        }
    }

    /// Refuses an output that overlaps the input, because masks are read while others are written.
    private static func refuseOverlap(of output: String, with input: String) throws {
        func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path + "/" }
        let (output, input) = (resolved(output), resolved(input))
        guard !output.hasPrefix(input), !input.hasPrefix(output) else {
            throw MaskError(
                path: String(output.dropLast()), found: "the place the masks are read from", expected: "another to write to")
        }
    }
}
