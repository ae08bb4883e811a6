import DescribeAnything
import Imaging
import Masks
import Media

/// The sampled frames of a track or of a part of one, cut and resized for the model: all that is kept of the clip's pictures.
package struct TrackCrops {
    package let samples: TrackSamples
    /// By frame; a frame that could not be decoded is not there.
    package let crops: [Int: Result<FocalPrompt, FocalPromptError>]

    /// The crops in the order of the samples, repeats included.
    /// - Throws: `TrackProblem` for a frame without one.
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

/// Reason a track has no caption while the others go on.
package struct TrackProblem: Error {
    package let code: String
    package let message: String
}

/// Reads the crops of a clip's tracks and their parts in order, for as many in one pass through the clip as the memory limit
/// has room for: memory grows neither with the clip nor, beyond the limit, with the number of tracks and parts. A frame that
/// a track and its parts look at is cropped once in a pass.
package struct CropReader {
    /// Bytes of crops held at a time, unless one caption's are more: about 27 tracks of 8 frames at 384 pixels.
    package static let memoryLimit = 256 << 20

    package let survey: ClipSurvey
    /// Samples of all tracks and parts, from the frames the clip turned out to have.
    package let samples: [TrackSamples]
    private let input: ClipInput
    private let masks: any MaskSource
    private let processor: ImageProcessor
    private let memoryLimit: Int
    /// Tracks and parts still to be read.
    private var pending: ArraySlice<TrackSamples>
    /// Crops of one pass, those handed out taken away.
    private var held: [TrackCrops]

    /// Decodes what is needed of the clip, and reads the first tracks on the way. A clip that turns out to have other frames
    /// than was thought (its packets do not tell, and it is cut off or does not say) is sampled anew from the frames it
    /// has; that alone makes a second pass.
    /// - Parameters:
    ///   - processor: cuts a frame to the two views the model sees.
    ///   - finished: tracks that are not read.
    ///   - memoryLimit: bytes of crops to hold at a time.
    ///   - onFrame: called for each frame with its number; what it throws ends the reading.
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

    /// True if `next` goes through the clip again.
    package var needsPass: Bool { held.isEmpty && !pending.isEmpty }

    /// The crops of the next track or part, which are not held any longer; nil after the last. A track comes before its parts.
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

    /// Takes away what is held together next: one caption's at least, and all of a clip that cannot be read again.
    private static func popGroup(
        _ pending: inout ArraySlice<TrackSamples>, _ input: ClipInput, _ processor: ImageProcessor, _ bytes: Int
    ) -> [TrackSamples] {
        var room = max(1, bytes / max(1, processor.cropBytes))
        // The track whose whole and parts follow one another.
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

/// The crops of some tracks and parts, gathered in one pass through the clip.
private struct CropPass {
    private let samples: [TrackSamples]
    private let masks: any MaskSource
    private let processor: ImageProcessor
    /// Indices of the samples that look at each frame.
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
        // By track, whose parts share it.
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
