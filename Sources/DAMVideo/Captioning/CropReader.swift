import DescribeAnything
import Imaging
import Masks
import Media

/// The sampled frames of a track or part, cropped and resized for the model; the only pixels of the clip that are kept.
package struct TrackCrops {
    package let samples: TrackSamples
    /// Crops by frame; frames that could not be decoded are missing.
    package let crops: [Int: Result<FocalPrompt, FocalPromptError>]

    /// The crops in sample order, with repeats.
    /// - Throws: `TrackProblem` for a frame without a crop.
    package func inOrder() throws(TrackProblem) -> [FocalPrompt] {
        var result: [FocalPrompt] = []
        for frame in samples.frames {
            switch crops[frame] {
            case .success(let crop)?: result.append(crop)
            case .failure(let error)?: throw TrackProblem(code: "empty_mask", message: "frame \(frame): \(error)")
            case nil: throw TrackProblem(code: "not_visible", message: "frame \(frame) could not be decoded")
            }
        }
        return result
    }
}

/// Reason that a track has no caption; other tracks are not affected.
package struct TrackProblem: Error {
    package let code: String
    package let message: String
}

/// Reads the crops of a clip's tracks and parts in order, in each pass through the clip for as many tracks as fit the memory
/// limit. Memory therefore grows neither with the clip's length nor with the number of tracks. Within a pass, a frame used by
/// both a track and its parts is cropped once.
package struct CropReader {
    /// Upper bound on the bytes of crops held at a time, unless one caption needs more: about 27 tracks of 8 frames at 384
    /// pixels.
    package static let memoryLimit = 256 << 20

    package let survey: ClipSurvey
    /// Samples of all tracks and parts, from the frames the clip actually has.
    package let samples: [TrackSamples]
    private let input: ClipInput
    private let masks: any MaskSource
    private let processor: ImageProcessor
    private let memoryLimit: Int
    /// Tracks and parts not read yet.
    private var pending: ArraySlice<TrackSamples>
    /// Crops of the current pass that were not handed out yet.
    private var held: [TrackCrops]

    /// Decodes the clip as far as needed, reading the first tracks on the way. If the clip turns out to have other frames than
    /// expected (no index, truncated, or a wrong header), it is sampled again, which takes a second pass.
    /// - Parameters:
    ///   - processor: crops a frame to the model's two views.
    ///   - finished: tracks to skip.
    ///   - memoryLimit: bytes of crops to hold at a time.
    ///   - onFrame: called with the number of each frame; an error it throws ends the reading.
    /// - Throws: `VideoError`, `MaskError`, `InputError` for a part of the clip without a frame.
    package init(
        _ plan: CaptionPlan, _ objects: FollowedObjects, _ processor: ImageProcessor, finished: Set<TrackID> = [],
        memoryLimit: Int = Self.memoryLimit, onFrame: (Int) throws -> Void
    ) throws {
        func samples(in part: Range<Int>) -> [TrackSamples] {
            plan.sampler.samples(of: objects.tracks, lost: objects.lost, in: part)
        }
        let guess = samples(in: plan.part)
        var first = try Self(plan.input, objects.masks, processor, guess, finished, memoryLimit, onFrame)
        try first.survey.check(plan.input)
        let actual = samples(in: first.survey.part)
        if actual != guess { first = try Self(plan.input, objects.masks, processor, actual, finished, memoryLimit, onFrame) }
        self = first
    }

    private init(
        _ input: ClipInput, _ masks: any MaskSource, _ processor: ImageProcessor, _ samples: [TrackSamples],
        _ finished: Set<TrackID>, _ memoryLimit: Int, _ onFrame: (Int) throws -> Void
    ) throws {
        (self.input, self.masks, self.processor, self.samples) = (input, masks, processor, samples)
        self.memoryLimit = memoryLimit
        var pending = samples.filter { !finished.contains($0.track.id) }[...]
        var pass = CropPass(Self.popGroup(&pending, input, processor, memoryLimit), masks, processor)
        survey = try ClipSurveyor(input: input).survey(samples, onFrame: onFrame) { try pass.add($0) }
        (self.pending, held) = (pending, pass.crops)
    }

    /// True if `next` needs another pass through the clip.
    package var needsPass: Bool { held.isEmpty && !pending.isEmpty }

    /// The crops of the next track or part, which are then released; nil after the last. A track comes before its parts.
    /// - Throws: as `init`.
    package mutating func next(onFrame: (Int) throws -> Void) throws -> TrackCrops? {
        if needsPass {
            var pass = CropPass(Self.popGroup(&pending, input, processor, memoryLimit), masks, processor)
            let frames = try input.clip.frames(pass.frames, in: input.span)
            while let frame = try frames.next(onFrame: onFrame) { try pass.add(frame) }
            held = pass.crops
        }
        return held.isEmpty ? nil : held.removeFirst()
    }

    /// Removes the next group to read in one pass: at least one caption's samples, and all of them if the clip can be read only
    /// once.
    private static func popGroup(
        _ pending: inout ArraySlice<TrackSamples>, _ input: ClipInput, _ processor: ImageProcessor, _ bytes: Int
    ) -> [TrackSamples] {
        var room = max(1, bytes / max(1, processor.cropBytes))
        // The track whose whole and parts are being grouped.
        var track = 0, frames: Set<Int> = []
        let group = pending.prefix { samples in
            let hasRoom = room > 0
            if samples.position.number != track { (track, frames) = (samples.position.number, []) }
            room -= Set(samples.frames).subtracting(frames).count
            frames.formUnion(samples.frames)
            return hasRoom || input.isReadOnce
        }
        pending.removeFirst(group.count)
        return Array(group)
    }
}

/// The crops of some tracks and parts, collected in one pass through the clip.
private struct CropPass {
    private let samples: [TrackSamples]
    private let masks: any MaskSource
    private let processor: ImageProcessor
    /// Indices of the samples that use each frame.
    private var wanted: [Int: [Int]] = [:]
    private var found: [[Int: Result<FocalPrompt, FocalPromptError>]]

    init(_ samples: [TrackSamples], _ masks: any MaskSource, _ processor: ImageProcessor) {
        (self.samples, self.masks, self.processor) = (samples, masks, processor)
        found = samples.map { _ in [:] }
        for (index, track) in samples.enumerated() {
            for frame in Set(track.frames) { wanted[frame, default: []].append(index) }
        }
    }

    var frames: some Sequence<Int> { wanted.keys }

    var crops: [TrackCrops] { zip(samples, found).map { TrackCrops(samples: $0, crops: $1) } }

    mutating func add(_ frame: VideoFrame) throws {
        guard let indices = wanted[frame.index] else { return }
        let image = try frame.image(), resized = processor.resized(image)
        // One entry per track: its parts share it.
        var crops: [Int: Result<FocalPrompt, FocalPromptError>] = [:]
        for index in indices {
            let track = samples[index].position.number
            let crop = try crops[track] ?? crop(image, resized, samples[index].track, frame.index)
            crops[track] = crop
            found[index][frame.index] = crop
        }
    }

    private func crop(
        _ image: RGBImage, _ resized: [UInt8], _ track: Track, _ frame: Int
    ) throws -> Result<FocalPrompt, FocalPromptError> {
        guard track.appearance(at: frame) != nil else { return .failure(.emptyMask) }
        let mask = try masks.mask(of: track.id, at: frame)
        return Result { () throws(FocalPromptError) in try processor(image, mask, resizedImage: resized) }
    }
}
