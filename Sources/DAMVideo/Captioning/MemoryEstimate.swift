import DescribeAnything
import Masks
import Media
import ObjectTracking

/// The memory that captioning a plan takes, asked of each part of the work.
struct MemoryEstimate {
    /// One track's prompt and answer.
    let request: RequestMemory
    /// Captions that are generated, of tracks and of their parts, as far as is known.
    let captions: Int
    /// Frames of all of these that are encoded.
    let encodedFrames: Int
    /// Bytes held beside the engine.
    let callerBytes: Int
    private let weightBytes: Int
    private let isSearch: Bool

    init(_ plan: CaptionPlan, _ model: DescribeAnythingModel) {
        let frames = plan.sampler.count
        // Parts of a propagated track are other ones than now.
        let samples = plan.samples.filter { !$0.frames.isEmpty && ($0.position.part == nil || !plan.propagated.contains($0.track.id)) }
        let moreParts = samples.reduce(0) { $0 + (plan.propagated.contains($1.track.id) ? plan.parts(of: $1) ?? 0 : 0) }
        captions = samples.count + moreParts + plan.mostFoundTracks
        weightBytes = model.weightBytes
        isSearch = plan.options.numBeams > 1
        // A propagated track is looked at in other frames than now, in as many as there is room for.
        let encoded = samples.map { plan.propagated.contains($0.track.id) ? frames : Set($0.frames).count }.reduce(0, +)
            + (moreParts + plan.mostFoundTracks) * frames
        encodedFrames = encoded
        let questions = [plan.query] + plan.tracks.map(plan.query(of:))
        callerBytes = Self.callerBytes(plan, model, encodedFrames: encoded)
        request = RequestMemory(
            model, queryTokens: questions.map { model.tokens(query: $0).count }.max() ?? 0, frames: frames, options: plan.options,
            callerBytes: callerBytes, encodedFrames: encoded / max(1, captions))
    }

    /// Crops, the table of masks, the decoder's pictures, the window of propagation.
    private static func callerBytes(_ plan: CaptionPlan, _ model: DescribeAnythingModel, encodedFrames: Int) -> Int {
        let crops = encodedFrames * model.imageProcessor.cropBytes, size = plan.input.clip.info.size
        let appearances = plan.input.given.tracks.reduce(0) { $0 + $1.appearances.count }
        return (plan.input.isReadOnce ? crops : min(crops, CropReader.memoryLimit))
            + appearances * MemoryLayout<Track.Appearance>.stride + VideoClip.decodingBytes(of: size)
            + (plan.propagated.isEmpty && !plan.input.given.areFound ? 0 : MaskPropagator().workingBytes(of: size))
    }

    /// Bytes besides the mapped weights with `batch` answers open.
    func workingBytes(batch: Int) -> Int { batch * request.sequenceBytes + request.otherBytes }

    /// Captions generated together.
    /// - Parameter wanted: upper bound; nil for as many as there is memory for.
    func batch(_ wanted: Int?) -> Int {
        if isSearch { return 1 }
        let most = wanted ?? EngineMemory.batch(
            sequence: request.sequenceBytes, fixed: weightBytes + request.otherBytes, available: AvailableMemory.bytes)
        return max(1, min(most, captions))
    }
}

extension CaptionPlan {
    /// Parts that a track is told in, as it is known now: of a propagated track as if it were seen all the time. Nil when they
    /// depend on what will be found.
    func parts(of track: TrackSamples) -> Int? {
        propagated.contains(track.track.id) ? sampler.parts.map { $0.expectedParts(in: part) } ?? 0 : track.position.parts
    }
}
