import Files
import Foundation
import Imaging
import Media

/// Writes masks of any source as files other tools read, so that reading them again gives the same tracks: ids, labels,
/// frames and every pixel. What a layout cannot hold is an error that says what would be lost. MOTChallenge text is for
/// tracks: it keeps ids and the boxes around masks.
package enum MaskWriter {
    /// - Parameters:
    ///   - path: the folder, or the file for `youtubeVIS` and `motChallenge`; written beside it under another name first.
    ///   - replaces: whether something there may be replaced: a file, or a folder with nothing but masks in it.
    /// - Throws: `MaskError`; then nothing has changed at `path`.
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

    /// Checks that masks can be written there, before any work is done.
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

    /// Checks that a layout can hold tracks with these masks at some frames, before the others are found.
    /// - Parameter frames: the frames that count; nil for all.
    /// - Throws: `MaskError` with what would be lost.
    package static func check(_ source: any MaskSource, fits format: MaskFormat, frames: Set<Int>?) throws {
        try check(source.tracks.map(\.id), of: source.path, fit: format)
        if format == .labelPNG { try LabelFolderWriter.check(source, frames: frames ?? Set(source.annotatedFrames)) }
    }

    /// Checks that a layout can hold tracks of these ids.
    /// - Parameter path: what the error calls the place they come from.
    /// - Throws: `MaskError` with what would be lost.
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

    /// A folder is only replaced, that is removed, when it holds masks and nothing else.
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

    /// Masks are read while others are written, so the two must be apart.
    private static func refuseOverlap(of output: String, with input: String) throws {
        func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path + "/" }
        let (output, input) = (resolved(output), resolved(input))
        guard !output.hasPrefix(input), !input.hasPrefix(output) else {
            throw MaskError(
                path: String(output.dropLast()), found: "the place the masks are read from", expected: "another to write to")
        }
    }
}
