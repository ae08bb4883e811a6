import Imaging

/// Entry point for reading masks of any format.
package enum MaskSources {
    /// Reads masks.
    /// - Parameters:
    ///   - path: a file or folder.
    ///   - clip: facts of the clip, which select one of several videos and resolve frame numbers and the extent of boxes.
    ///   - count: counts the clip's frames, which is slow; called only if frame numbers depend on it. Returns nil if impossible.
    /// - Throws: `MaskError`, one line: the file, what was found, what was expected; what `count` throws.
    package static func open(
        _ path: String, settings: MaskSettings = MaskSettings(), clip: ClipFacts = ClipFacts(), count: () throws -> Int? = { nil }
    ) throws -> any MaskSource {
        let step = settings.frameStep
        guard step.map({ $0 >= 1 }) ?? true else {
            throw MaskError(path: path, found: "frame step \(step ?? 0)", expected: "1 or more")
        }
        let place = try MaskPlace(path, clip: clip, format: settings.format)
        var source = try read(place.path, settings: settings, clip: clip)
        if let note = place.note { source = InterpretedMaskSource(source, note: note, help: source.numberingHelp) }
        source = try numbered(source, settings: settings, clip: clip, count: count)
        if let key = source.annotatedFrames.last, key > FrameNames.largest {
            let (found, expected) = FrameNames.tooLarge(FileNames.lastPart(source.file(of: key)))
            throw MaskError(path: source.file(of: key), found: found, expected: expected)
        }
        let absence = AbsenceReading(source, wanted: settings.absence, frameCount: clip.frameCount)
        if let frames = absence.framesOfTrack {
            return InterpretedMaskSource(source, framesOfTrack: frames, note: absence.note)
        }
        return absence.note.map { InterpretedMaskSource(source, note: $0, help: source.numberingHelp) } ?? source
    }

    /// The folder of masks named like a clip, in a data set's folder; nil if there is none.
    /// - Parameter clip: path of the clip, which is not a folder of masks.
    /// - Throws: `InputError` if there are several.
    package static func folder(called name: String, in root: String, besides clip: String) throws(InputError) -> String? {
        do {
            return try MaskPlace.folder(called: name, in: root, besides: clip)
        } catch {
            throw InputError(.invalid, "\(error)")
        }
    }

    /// Maps the masks to the clip's frame numbers.
    private static func numbered(
        _ source: any MaskSource, settings: MaskSettings, clip: ClipFacts, count: () throws -> Int?
    ) throws -> any MaskSource {
        let step = settings.frameStep ?? source.format?.frameStep ?? 1
        if settings.frameOffset != nil || settings.frameStep != nil {
            let offset = settings.frameOffset ?? 0
            return offset == 0 && step == 1 ? source : try InterpretedMaskSource(source, offset: offset, step: step)
        }
        guard !source.isPlaced else { return source }
        if source.isInOrder {
            try checkOrder(source, frameCount: clip.frameCount)
            return source
        }
        let stepped = step == 1 ? source : try InterpretedMaskSource(source, offset: 0, step: step)
        let first = source.firstFrame
        var numbering = FrameNumbering(stepped.annotatedFrames, of: clip, first: first)
        if numbering.needsCount, let count = try count() {
            numbering = FrameNumbering(stepped.annotatedFrames, of: clip.with(frameCount: count), first: first)
        }
        if let frames = numbering.frames { return InterpretedMaskSource(stepped, frames: frames, note: numbering.note) }
        guard numbering.note != nil || !numbering.help.isEmpty else { return stepped }
        return InterpretedMaskSource(stepped, note: numbering.note, help: numbering.help)
    }

    /// - Throws: `MaskError` unless the number of masks taken in the order of their names equals that of the clip's frames.
    private static func checkOrder(_ source: any MaskSource, frameCount: Int?) throws {
        guard let frameCount, let last = source.annotatedFrames.last, last + 1 != frameCount else { return }
        throw MaskError(
            path: source.path,
            found: "\(last + 1) names with several numbers, such as times or two counters, for a clip of \(frameCount) frames",
            expected: "one mask for each frame, or names with the frame's number "
                + "(--mask-frame-offset and --mask-frame-step count masks in the order of their names)")
    }

    private static func read(_ path: String, settings: MaskSettings, clip: ClipFacts) throws -> any MaskSource {
        let kept = try MaskDetection(path: path, forced: settings.format, frameCount: clip.isCountExact ? clip.frameCount : nil)
        let keepsGoing = settings.keepsGoing, stills = clip.frameOfStill
        switch kept.format {
        case .labelPNG:
            let source = try LabelFolderReader(path: path, keepsGoing: keepsGoing, stills: stills, format: settings.format)
            guard settings.format == nil, try source.values.areOneObject(path) else { return source }
            return try ObjectFilesReader.files(path: path, keepsGoing: keepsGoing, stills: stills)
        case .colourPNG:
            let source = try ColourFolderReader(path: path, keepsGoing: keepsGoing, stills: stills, format: settings.format)
            guard settings.format == nil, try source.values.areOneObject(path) else { return source }
            return try ObjectFilesReader.files(path: path, keepsGoing: keepsGoing, stills: stills)
        case .objectPNG: return try ObjectFilesReader.folders(path: path, keepsGoing: keepsGoing, stills: stills)
        case .binaryPNG: return try ObjectFilesReader.files(path: path, keepsGoing: keepsGoing, stills: stills)
        case .youtubeVIS: return try YouTubeVISReader.read(kept.document(), clip: clip, keepsGoing: keepsGoing)
        case .coco where try kept.document().isList:
            return try COCODetections.read(kept.document(), clip: clip, keepsGoing: keepsGoing).tracks(as: .coco, clip: clip.size)
        case .coco: return try COCOReader.read(kept.document(), clip: clip, keepsGoing: keepsGoing)
        case .cocoRLE where kept.isFolder:
            return try RunLengthFileReader.read(folder: path, keepsGoing: keepsGoing, stills: stills)
        case .cocoRLE: return try RunLengthFileReader.read(kept.document(), keepsGoing: keepsGoing)
        case .mots: return try MOTSReader.read(kept.document(), keepsGoing: keepsGoing)
        case .motChallenge: return try MOTChallengeReader.read(kept.document(), size: clip.size, keepsGoing: keepsGoing)
        case .cvat, .labelStudio, .groundedSAM2, .labelme, .ultralytics, .supervision, .videoRefer:
            let content = kept.isFolder
                ? try DetectionContent(path: path, forced: kept.format.detectionFormat)
                : try DetectionContent(document: kept.document(), forced: kept.format.detectionFormat)
            return try DetectionSources.read(content, clip: clip, keepsGoing: keepsGoing).tracks(as: kept.format, clip: clip.size)
        case .segmentAnythingVideo: return try SegmentAnythingVideoReader.read(kept.document(), keepsGoing: keepsGoing)
        }
    }
}
