import Files
import Imaging
import Masks
import Media
import ObjectTracking

/// Settings of tracking a clip, and the path of its masks.
public struct TrackingOptions: Sendable, Equatable {
    /// Settings for reading mask files, both the given ones and the reference.
    public var masks = MaskSettings()
    public var part = ClipPart()
    /// Destination of the masks of all frames: a folder, or a file for YouTube-VIS and MOTChallenge; nil to write none.
    public var output: String?
    /// JSON Lines file for the outcome of each detection; nil to write none.
    public var detectionsOutput: String?
    /// One of `MaskFormat.writable`.
    public var format = MaskFormat.labelPNG
    /// True if masks at `output` may be replaced.
    public var overwrites = false
    /// True if SAM 2 may assign a pixel to several objects. Label PNGs cannot store that, so it is then ignored.
    public var allowsOverlap = true
    /// Path of reference masks; nil for no comparison.
    public var reference: String?

    public init() {}
}

/// Propagates regions marked on some frames of a clip to all others, by optical flow or with SAM 2.
public struct ClipTracker: Sendable {
    private let segmentation: SegmentationModel?
    private let detector: ObjectDetector?

    /// - Parameters:
    ///   - segmentation: SAM 2; nil to track without a model.
    ///   - detector: detects objects on request.
    public init(_ segmentation: SegmentationModel? = nil, detector: ObjectDetector? = nil) {
        (self.segmentation, self.detector) = (segmentation, detector)
    }

    /// - Parameters:
    ///   - clip: path of a video or folder of stills, a printf pattern of stills, or `-` for a video on standard input, which is
    ///     read once: a track then has no masks before its first given one.
    ///   - objects: given masks, prompts, detections, or motion.
    ///   - options: tracking options.
    ///   - progress: called for each frame; an error it throws ends the call.
    /// - Throws: `InputError`; before any tracking if the output cannot hold the masks.
    public func track(
        clip: String, _ objects: ObjectSource, options: TrackingOptions = TrackingOptions(),
        progress: (PropagationProgress) throws -> Void = { _ in }
    ) throws -> TrackingReport {
        try InputError.translating {
            if let output = options.output {
                try MaskWriter.check(output, format: options.format, replaces: options.overwrites)
                var inputs = VideoClip.files(ofClip: clip) + [options.reference, segmentation?.path].compactMap(\.self)
                switch objects {
                case .masks(let path, _), .detections(let path, _, _), .detector(let path, _, _): inputs.append(path)
                case .regions, .prompts, .motion: break
                }
                try InputFiles(inputs).refuse(output)
            }
            if let path = options.detectionsOutput {
                try OutputFile.check(path, overwrites: options.overwrites)
                try InputFiles(VideoClip.files(ofClip: clip)).refuse(path)
            }
            let claim = try options.output.map(OutputClaim.init)
            defer { withExtendedLifetime(claim) {} }
            let span = try options.part.span(), video = try VideoClip(path: clip, stillRate: options.part.stillRate)
            let tracker = ObjectTracker(
                segmentation, detector: detector, separatesObjects: !options.allowsOverlap || options.format == .labelPNG,
                featureBytes: AvailableMemory.forFeatures)
            let given = try GivenObjects(objects, settings: options.masks, clip: video, name: video.path)
            if options.output != nil {
                switch given {
                case .masks(let masks, let frames): try MaskWriter.check(masks, fits: options.format, frames: frames)
                case .prompts(let objects):
                    try MaskWriter.check(objects.tracks.map(\.id), of: video.path, fit: options.format)
                case .motion, .detections, .detector: break
                }
            }
            let reference = try options.reference.map {
                try ClipMasks.open($0, settings: options.masks, clip: video, name: clip)
            }
            let boxes = try reference.flatMap { $0.format == .motChallenge ? try referenceBoxes($0.path, video, options.masks) : nil }
            let clock = ContinuousClock(), began = clock.now
            let masks = try tracker.follow(given, in: video, span: span, progress: progress)
            let seconds = (clock.now - began) / .milliseconds(1) / 1000
            if let output = options.output {
                try MaskWriter.write(masks, as: options.format, to: output, replaces: options.overwrites)
            }
            if let path = options.detectionsOutput, let fates = masks.fates {
                try OutputFile.write(fates.lines(), to: path, replaces: options.overwrites)
            }
            var report = try TrackingReport(
                masks, areFound: given.areFound, clip: clip, seconds: seconds, reference: reference, boxes: boxes)
            let problems = (given.masks?.problems ?? []) + (reference?.problems ?? [])
            let notes = [video.mending].compactMap(\.self) + given.notes + masks.notes + problems.map(\.message) + (report.notes ?? [])
            report.notes = notes.isEmpty ? nil : notes
            report.lostTracks = (given.masks?.problems ?? []).compactMap(\.track)
            return report
        }
    }

    /// Boxes of a reference, neither rounded nor clipped to the frame.
    private func referenceBoxes(_ path: String, _ clip: VideoClip, _ masks: MaskSettings) throws -> DetectionSet {
        var settings = DetectionSettings()
        (settings.format, settings.frameOffset, settings.frameStep) = (.motChallenge, masks.frameOffset, masks.frameStep)
        return try DetectionSources.open(
            path, settings: settings, clip: ClipFacts(clip, path: clip.path, size: clip.info.size), count: clip.countFrames)
    }
}
