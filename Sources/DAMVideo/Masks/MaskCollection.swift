import Files
import Imaging
import Masks
import Media
import ObjectTracking

/// The masks of a clip as damvideo reads them, to be shown and converted by `damvideo masks`.
public struct MaskCollection: Sendable {
    let source: any MaskSource
    /// Report on how the masks were read.
    public let report: MaskReport

    /// - Parameters:
    ///   - path: a file or folder in any layout of `MaskFormat`.
    ///   - clip: the video they belong to; nil to read the masks alone.
    ///   - settings: resolve ambiguities of the files.
    /// - Throws: `InputError` if clip or masks are missing or unusable. Masks that do not fit the clip are not an error here, but
    ///   are listed in the report's `mismatches`.
    public init(path: String, clip: String? = nil, settings: MaskSettings = MaskSettings()) throws {
        (source, report) = try InputError.translating {
            let opened = try clip.map { (path: $0, video: try VideoClip(path: $0)) }
            let source = try opened.map {
                try ClipMasks.open(path, settings: settings, clip: $0.video, name: $0.path)
            } ?? MaskSources.open(path, settings: settings)
            // Comes after reading the masks, which may count the clip's frames.
            let video = try opened.map { try ClipSummary($0.video, path: $0.path) }
            var mismatches: [String] = []
            do {
                if let video { try source.validate(width: video.width, height: video.height, frameCount: video.frames) }
            } catch let error as MaskError {
                mismatches.append(error.description)
            }
            return (source, MaskReport(source, clip: video, mismatches: mismatches))
        }
    }

    /// Checks that masks can be written; call it before a long read.
    /// - Parameters:
    ///   - path: a folder, or a file for single-file formats.
    ///   - format: one of `MaskFormat.writable`.
    ///   - overwrites: true to replace existing masks.
    ///   - clip: the video they belong to, which must not be replaced.
    /// - Throws: `InputError`: `outputExists` if something exists that must not be replaced, `inputOutput` if the folder is not
    ///   writable, `invalid` if what exists is not a mask file, `usage` if it is the clip.
    public static func checkOutput(_ path: String, format: MaskFormat, overwrites: Bool, clip: String? = nil) throws {
        try InputFiles(clip.map(VideoClip.files) ?? []).refuse(path)
        try InputError.translating { try MaskWriter.check(path, format: format, replaces: overwrites) }
    }

    /// Writes the masks in another format. Reading them back gives the same tracks; from MOTChallenge text, their boxes.
    /// - Parameters:
    ///   - format: one of `MaskFormat.writable`.
    ///   - path: a folder, or a file for YouTube-VIS and MOTChallenge; written atomically.
    ///   - overwrites: true to replace existing masks.
    /// - Throws: `InputError`: as `checkOutput`, and `invalid` naming what would be lost if the format cannot hold everything.
    public func write(as format: MaskFormat, to path: String, overwrites: Bool = false) throws {
        try InputError.translating { try MaskWriter.write(source, as: format, to: path, replaces: overwrites) }
    }
}

/// Facts about a clip, printed with its masks.
public struct ClipSummary: Encodable, Sendable, Equatable {
    public let path: String
    public let width: Int
    public let height: Int
    /// Frame count from the packets or the header, otherwise counted.
    public let frames: Int

    /// - Throws: `VideoError`.
    init(_ clip: VideoClip, path: String) throws {
        self.path = path
        (width, height) = (clip.info.width, clip.info.height)
        if let known = clip.knownFrameCount ?? clip.info.declaredFrames {
            frames = known
        } else {
            var count = 0
            let frames = try clip.frames()
            while try frames.next() != nil { count += 1 }
            self.frames = count
        }
    }
}
