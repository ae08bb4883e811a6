import DescribeAnything
import Imaging
import Media

extension EngineRequest {
    /// An interactive request about a region of an image, or of the frames of a clip.
    /// - Parameters:
    ///   - count: number of frames; two or more are resampled to the number the model was trained on.
    ///   - name: name of the image or frames in errors.
    ///   - frame: returns a frame with its region, by index. Called once for each sampled frame, in order, so that only one is in
    ///     memory at a time.
    /// - Throws: `InputError` if a region is empty or of another size, or the options are inconsistent; what `frame` throws.
    package init(
        _ model: CaptionModel, frames count: Int, name: String, _ options: CaptionOptions,
        frame: (Int) throws -> (picture: RGBImage, region: Mask)
    ) throws {
        try options.generation.validate()
        let isClip = count > 1, wanted = isClip ? model.model.configuration.videoFrames : 1
        let query = try options.question(
            frames: wanted, default: isClip ? Conversation.videoQuery(frames: wanted) : Conversation.imageQuery)
        let positions = FrameSampler.positions(in: count, count: wanted)
        var crops: [Int: FocalPrompt] = [:]
        for position in positions where crops[position] == nil {
            let (picture, region) = try frame(position)
            do {
                crops[position] = try model.model.imageProcessor(picture, region)
            } catch {
                throw InputError(.invalid, isClip ? "\(name) \(position + 1): \(error)" : "\(name): \(error)")
            }
        }
        self.init(
            crops: positions.compactMap { crops[$0] }, frames: positions, query: query, options: options.generation,
            priority: .interactive)
    }
}

extension CaptionEngine {
    /// Submits a request without waiting.
    /// - Parameter tellsTokens: false to omit token events after the first.
    /// - Returns: its events. Abandoning the stream cancels the request.
    /// - Throws: `EngineBusyError` if too many requests are waiting, or the engine has ended.
    package func events(
        _ request: EngineRequest, caller: EngineCaller, tellsTokens: Bool = true
    ) throws(EngineBusyError) -> AsyncStream<EngineEvent> {
        let (events, continuation) = AsyncStream.makeStream(of: EngineEvent.self)
        let task = submit(request, caller: caller, waits: false) { event in
            if case .token(_, tokens: 2...) = event, !tellsTokens { return }
            continuation.yield(event)
            switch event {
            case .encoding, .reading, .drawn, .token: break
            case .finished, .failed: continuation.finish()
            }
        }
        guard let task else { throw EngineBusyError() }
        // The stream retains the engine.
        continuation.onTermination = { [self] _ in withExtendedLifetime(self) { task.cancel() } }
        return events
    }
}

/// Too many requests are waiting for the engine.
public struct EngineBusyError: Error {}
