import Imaging
import MaskTracking
import Media

/// Where a clip's objects are marked: what `ClipTracker` starts from.
public enum TrackingStart: Sendable, Equatable {
    /// Mask files; nil frames for all of them.
    case masks(path: String, frames: Set<Int>?)
    /// Regions drawn by the user, one track each, numbered from 1.
    case regions([DrawnRegion])
    /// Points and boxes, for a tracker with a model.
    case prompts([ObjectPrompt])
}

/// What an object is pointed at with on one frame of a clip.
public struct ObjectPrompt: Sendable, Equatable, Codable {
    public let object: TrackID
    /// 0-based.
    public let frame: Int
    /// In pixels of the clip.
    public let region: RegionPrompt

    public init(object: TrackID, frame: Int, _ region: RegionPrompt) {
        self.object = object
        self.frame = frame
        self.region = region
    }
}

/// A region on one frame, in pixels of the clip.
public struct DrawnRegion: Sendable, Equatable {
    public enum Shape: Sendable, Equatable {
        case box(BoundingBox)
        /// x, y of each corner in order.
        case polygon([Double])
    }

    public var shape: Shape
    /// 0-based.
    public var frame: Int

    public init(_ shape: Shape, frame: Int) {
        self.shape = shape
        self.frame = frame
    }
}

/// How a clip is tracked, and where the masks go.
public struct TrackingOptions: Sendable, Equatable {
    /// How mask files are read, those to start from and those to compare with.
    public var masks = MaskSettings()
    /// Seconds from the start of the clip: what comes before does not count; frames keep their numbers.
    public var start: Double = 0
    /// Seconds from there: what comes after does not count; nil for the rest of the clip.
    public var duration: Double?
    /// Frames a second when the clip is a series of stills.
    public var stillRate: Double = 25
    /// Folder, or file for YouTube-VIS, for the masks of all frames; nil to write none.
    public var output: String?
    /// One of `MaskFormat.writable`.
    public var format = MaskFormat.labelPNG
    /// Whether masks at `output` may be replaced.
    public var overwrites = false
    /// Whether SAM 2 may give a pixel to several objects. Label PNGs have no place for that, and then it never does.
    public var allowsOverlap = true
    /// Path of masks to compare with; nil for no comparison.
    public var reference: String?

    public init() {}

    func span() throws -> TimeSpan? {
        var part = ClipOptions()
        (part.start, part.duration) = (start, duration)
        return try part.span()
    }
}

/// How far tracking has come.
public struct TrackingProgress: Sendable, Equatable {
    /// On the way from the end to the start.
    public let isBackward: Bool
    /// 0-based frame.
    public let frame: Int
}

/// Carries regions marked on some frames of a clip to all others: without a model, or with SAM 2.
public struct ClipTracker: Sendable {
    private let segmentation: SegmentationModel?

    /// - Parameter segmentation: SAM 2; nil to track without a model.
    public init(_ segmentation: SegmentationModel? = nil) {
        self.segmentation = segmentation
    }

    /// - Parameters:
    ///   - clip: path of a video or a folder of stills, a printf pattern of stills, or `-` for a video on standard input,
    ///     which is read once: then the first mask of every track has to be on the first frame, or it has none before.
    ///   - progress: told of each frame; what it throws ends the call.
    /// - Throws: `InputError`, before any tracking when the output cannot hold the masks.
    public func track(
        clip: String, from start: TrackingStart, options: TrackingOptions = TrackingOptions(),
        progress: (TrackingProgress) throws -> Void = { _ in }
    ) throws -> TrackingReport {
        try InputError.translating {
            if let output = options.output {
                try MaskWriter.check(output, format: options.format, replaces: options.overwrites)
            }
            let span = try options.span(), video = try VideoClip(path: clip, stillRate: options.stillRate)
            let size = video.info.size
            let begin = try beginning(start, video, span, options)
            let reference = try options.reference.map {
                try MaskSources.open($0, settings: options.masks, clip: ClipFacts(path: clip, size: size))
            }
            let clock = ContinuousClock(), began = clock.now
            let masks = try begin {
                try progress(TrackingProgress(isBackward: $0.isBackward, frame: $0.frame))
            }
            let seconds = (clock.now - began) / .milliseconds(1) / 1000
            if let output = options.output {
                try MaskWriter.write(masks, as: options.format, to: output, replaces: options.overwrites)
            }
            return try TrackingReport(masks, clip: clip, seconds: seconds, reference: reference)
        }
    }

    /// Opens what there is to start from.
    /// - Returns: what does the tracking.
    private func beginning(
        _ start: TrackingStart, _ clip: VideoClip, _ span: TimeSpan?, _ options: TrackingOptions
    ) throws -> ((PropagationProgress) throws -> Void) throws -> PropagatedMasks {
        let tracker = try segmentation?.tracker(separatesObjects: !options.allowsOverlap || options.format == .labelPNG)
        func carrying(_ masks: any MaskSource, _ frames: Set<Int>?) throws -> ((PropagationProgress) throws -> Void) throws -> PropagatedMasks {
            if options.output != nil { try MaskWriter.check(masks, fits: options.format, frames: frames) }
            let carrier: any MaskTracker = tracker ?? MaskPropagator()
            return { try carrier.propagate(clip: clip, in: span, masks: masks, frames: frames, progress: $0) }
        }
        switch start {
        case .masks(let path, let frames):
            let masks = try MaskSources.open(path, settings: options.masks, clip: ClipFacts(path: clip.path, size: clip.info.size))
            if let missing = frames?.subtracting(masks.annotatedFrames).min() {
                throw InputError(.usage, "\(path): found no mask for frame \(missing), expected one to start from")
            }
            return try carrying(masks, frames)
        case .regions(let regions):
            return try carrying(
                DrawnRegions(regions.map { try $0.region() }, path: clip.path, size: clip.info.size), nil)
        case .prompts(let prompts):
            guard let tracker else {
                throw InputError(.usage, "found points or boxes to segment from, expected SAM 2 to do it with")
            }
            return { try tracker.propagate(clip: clip, in: span, prompts: prompts, progress: $0) }
        }
    }
}

extension DrawnRegion {
    fileprivate func region() throws -> DrawnRegions.Region {
        guard frame >= 0 else { throw InputError(.usage, "frame \(frame): expected 0 or more") }
        switch shape {
        case .box(let box):
            return DrawnRegions.Region(.box(box), frame: frame)
        case .polygon(let numbers):
            guard numbers.count >= 6, numbers.count % 2 == 0, numbers.allSatisfy({ abs($0) < 1e6 }) else {
                throw InputError(.usage, "polygon of \(numbers.count) numbers: expected x,y of three corners or more")
            }
            let points = stride(from: 0, to: numbers.count, by: 2).map {
                DrawnRegions.Point(x: numbers[$0], y: numbers[$0 + 1])
            }
            return DrawnRegions.Region(.polygon(points), frame: frame)
        }
    }
}
