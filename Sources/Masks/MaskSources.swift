/// The way in: masks of any layout, by what they are.
package enum MaskSources {
    /// Reads masks.
    /// - Parameters:
    ///   - path: a file or folder.
    ///   - clip: what is known about the clip; decides which of several videos is meant, and how far boxes reach.
    /// - Throws: `MaskError`, one line: the file, what was found, what was expected.
    package static func open(
        _ path: String, settings: MaskSettings = MaskSettings(), clip: ClipFacts = ClipFacts()
    ) throws -> any MaskSource {
        let step = settings.frameStep
        guard step.map({ $0 >= 1 }) ?? true else {
            throw MaskError(path: path, found: "frame step \(step ?? 0)", expected: "1 or more")
        }
        let source = try read(path, settings: settings, clip: clip)
        let actualStep = step ?? source.format?.frameStep ?? 1
        if settings.frameOffset == 0 && actualStep == 1 { return source }
        return try MappedMaskSource(source, offset: settings.frameOffset, step: actualStep)
    }

    private static func read(_ path: String, settings: MaskSettings, clip: ClipFacts) throws -> any MaskSource {
        let kept = try MaskDetection(path: path, forced: settings.format)
        let keepsGoing = settings.keepsGoing
        switch kept.format {
        case .labelPNG:
            let source = try LabelFolderReader(path: path, keepsGoing: keepsGoing)
            let isBinary = source.tracks.count == 1 && source.tracks[0].id == .number(255)
            guard isBinary, settings.format == nil else { return source }
            return try ObjectFilesReader.files(path: path, keepsGoing: keepsGoing)
        case .colourPNG:
            let source = try ColourFolderReader(path: path, keepsGoing: keepsGoing)
            guard source.isBlackAndWhite, settings.format == nil else { return source }
            return try ObjectFilesReader.files(path: path, keepsGoing: keepsGoing)
        case .objectPNG: return try ObjectFilesReader.folders(path: path, keepsGoing: keepsGoing)
        case .binaryPNG: return try ObjectFilesReader.files(path: path, keepsGoing: keepsGoing)
        case .youtubeVIS: return try YouTubeVISReader.read(kept.document(), clip: clip.name, keepsGoing: keepsGoing)
        case .coco: return try COCOReader.read(kept.document(), clip: clip.name, keepsGoing: keepsGoing)
        case .cocoRLE where kept.isFolder: return try RunLengthFileReader.read(folder: path, keepsGoing: keepsGoing)
        case .cocoRLE: return try RunLengthFileReader.read(kept.document(), keepsGoing: keepsGoing)
        case .mots: return try MOTSReader.read(kept.document(), keepsGoing: keepsGoing)
        case .motChallenge: return try MOTChallengeReader.read(kept.document(), size: clip.size, keepsGoing: keepsGoing)
        case .segmentAnythingVideo: return try SegmentAnythingVideoReader.read(kept.document(), keepsGoing: keepsGoing)
        }
    }
}
