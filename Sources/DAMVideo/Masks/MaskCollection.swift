import Files
import Imaging
import Masks
import Media
import ObjectTracking

/// The masks of a clip as they were understood: what `damvideo masks` shows and converts.
public struct MaskCollection: Sendable {
    let source: any MaskSource
    /// The reading of the masks.
    public let report: MaskReport

    /// - Parameters:
    ///   - path: a file or folder in any layout of `MaskFormat`.
    ///   - clip: the video they belong to; nil to look at the masks alone.
    ///   - settings: decide readings that the files leave open.
    /// - Throws: `InputError` when clip or masks are missing or cannot be used. Masks that do not fit the clip are no
    ///   error here but one of the report's `mismatches`.
    public init(path: String, clip: String? = nil, settings: MaskSettings = MaskSettings()) throws {
        (source, report) = try InputError.translating {
            let opened = try clip.map { (path: $0, video: try VideoClip(path: $0)) }
            let source = try opened.map {
                try ClipMasks.open(path, settings: settings, clip: $0.video, name: $0.path)
            } ?? MaskSources.open(path, settings: settings)
            // After that: reading masks may have counted the clip's frames.
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

    /// Checks that masks can be written there; to be called before a long reading.
    /// - Parameters:
    ///   - path: a folder, or a file for layouts of one file.
    ///   - format: one of `MaskFormat.writable`.
    ///   - overwrites: true to replace masks that are there.
    ///   - clip: the video they belong to, which they may not replace.
    /// - Throws: `InputError`: `outputExists` when something is there that may not be replaced, `inputOutput` when the
    ///   folder is not writable, `invalid` when what is there is no mask, `usage` when it is the clip.
    public static func checkOutput(_ path: String, format: MaskFormat, overwrites: Bool, clip: String? = nil) throws {
        try InputFiles(clip.map(VideoClip.files) ?? []).refuse(path)
        try InputError.translating { try MaskWriter.check(path, format: format, replaces: overwrites) }
    }

    /// Writes the masks in another layout. Reading them again gives the same tracks, of MOTChallenge text their boxes.
    /// - Parameters:
    ///   - format: one of `MaskFormat.writable`.
    ///   - path: a folder, or a file for YouTube-VIS and MOTChallenge; complete or not there at all.
    ///   - overwrites: true to replace masks that are there.
    /// - Throws: `InputError`: as `checkOutput`, and `invalid` with what would be lost when the layout cannot hold
    ///   everything.
    public func write(as format: MaskFormat, to path: String, overwrites: Bool = false) throws {
        try InputError.translating { try MaskWriter.write(source, as: format, to: path, replaces: overwrites) }
    }
}

/// Facts about a clip that are printed beside its masks.
public struct ClipSummary: Encodable, Sendable, Equatable {
    public let path: String
    public let width: Int
    public let height: Int
    /// As the packets tell, or the file says, or counted when neither does.
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
