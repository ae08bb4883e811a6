import DescribeAnything
import Masks
import Media
import ObjectTracking

/// Memory that captioning a plan takes, summed over the stages.
struct MemoryEstimate {
    /// Memory of one track's prompt and answer.
    let request: RequestMemory
    /// Captions to generate, of tracks and of their parts, as far as is known.
    let captions: Int
    /// Frames to encode for all of them.
    let encodedFrames: Int
    /// Bytes held in addition to the engine's.
    let callerBytes: Int
    private let weightBytes: Int
    private let isSearch: Bool

    init(_ plan: CaptionPlan, _ model: DescribeAnythingModel) {
        let frames = plan.sampler.count
        // The parts of a propagated track will differ from the present ones.
        let samples = plan.samples.filter { !$0.frames.isEmpty && ($0.position.part == nil || !plan.propagated.contains($0.track.id)) }
        let moreParts = samples.reduce(0) { $0 + (plan.propagated.contains($1.track.id) ? plan.parts(of: $1) ?? 0 : 0) }
        captions = samples.count + moreParts + plan.mostFoundTracks
        weightBytes = model.weightBytes
        isSearch = plan.options.numBeams > 1
        // A propagated track will be sampled in other frames: assume the maximum.
        let encoded = samples.map { plan.propagated.contains($0.track.id) ? frames : Set($0.frames).count }.reduce(0, +)
            + (moreParts + plan.mostFoundTracks) * frames
        encodedFrames = encoded
        let questions = [plan.query] + plan.tracks.map(plan.query(of:))
        callerBytes = Self.callerBytes(plan, model, encodedFrames: encoded)
        request = RequestMemory(
            model, queryTokens: questions.map { model.tokens(query: $0).count }.max() ?? 0, frames: frames, options: plan.options,
            callerBytes: callerBytes, encodedFrames: encoded / max(1, captions))
    }

    /// Crops, mask tables, decoder frames and the propagation window.
    private static func callerBytes(_ plan: CaptionPlan, _ model: DescribeAnythingModel, encodedFrames: Int) -> Int {
        let crops = encodedFrames * model.imageProcessor.cropBytes, size = plan.input.clip.info.size
        let appearances = plan.input.given.tracks.reduce(0) { $0 + $1.appearances.count }
        return (plan.input.isReadOnce ? crops : min(crops, CropReader.memoryLimit))
            + appearances * MemoryLayout<Track.Appearance>.stride + VideoClip.decodingBytes(of: size)
            + (plan.propagated.isEmpty && !plan.input.given.areFound ? 0 : MaskPropagator().workingBytes(of: size))
    }

    /// Bytes in addition to the mapped weights, with `batch` open answers.
    func workingBytes(batch: Int) -> Int { batch * request.sequenceBytes + request.otherBytes }

    /// Number of captions generated together.
    /// - Parameter wanted: upper bound; nil for as many as memory allows.
    func batch(_ wanted: Int?) -> Int {
        if isSearch { return 1 }
        let most = wanted ?? EngineMemory.batch(
            sequence: request.sequenceBytes, fixed: weightBytes + request.otherBytes, available: AvailableMemory.bytes)
        return max(1, min(most, captions))
    }
}

extension CaptionPlan {
    /// Expected parts of a track; a propagated track is taken to be visible throughout. Nil when that depends on what is
    /// detected.
    func parts(of track: TrackSamples) -> Int? {
        propagated.contains(track.track.id) ? sampler.parts.map { $0.expectedParts(in: part) } ?? 0 : track.position.parts
    }
}
