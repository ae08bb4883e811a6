import DAMVideo
import DescribeAnything
import Imaging
import Media

/// Describes regions in pictures, and in frames of clips, one after the other.
package struct RegionDescriber {
    private let engine: CaptionEngine
    private let options: CaptionOptions
    private let task: OutputsTask
    private let frames: Int

    /// - Parameters:
    ///   - frames: how many frames of a clip the model is shown.
    ///   - options: with the question.
    package init(_ engine: CaptionEngine, _ task: OutputsTask, frames: Int, options: CaptionOptions) {
        (self.engine, self.task, self.frames, self.options) = (engine, task, frames, options)
    }

    /// The description of a region.
    /// - Parameters:
    ///   - pictures: one, or frames in order; fewer than the model is shown are repeated evenly, as those of short clips are.
    ///   - onText: given the text as it is generated; what it throws ends the call.
    /// - Throws: `InputError` when the options make no sense or the question is too long.
    package func callAsFunction(
        _ pictures: [(picture: RGBImage, region: Mask)], onText: (String) throws -> Void
    ) throws -> String {
        if !task.isOfClips, let picture = pictures.first {
            return try ImageDescriber(engine).describe(picture.picture, region: picture.region, options: options, onText: onText)
        }
        return try InputError.translating {
            try options.generation.validate()
            let session = EngineSession(engine)
            try session.submit(request(pictures), key: 0)
            var answer = ""
            try session.waitForAll { _, event in
                switch event {
                case .encoding, .reading, .drawn: break
                case .token(let text, _): try onText(text)
                case .finished(let end): answer = end.generation.text
                case .failed(let error): throw error
                }
            }
            return answer
        }
    }

    private func request(_ pictures: [(picture: RGBImage, region: Mask)]) throws -> EngineRequest {
        let words = options.query ?? task.regionQuestion
        guard let query = Conversation.query(words, frames: frames) else {
            throw InputError(
                .usage, "query \"\(words)\"", found: "another number of \(Conversation.imagePlaceholder) than frames",
                expected: "none, one or \(frames)")
        }
        let crops = try pictures.map { picture in
            do {
                return try engine.model.model.imageProcessor(picture.picture, picture.region)
            } catch { throw InputError(.invalid, "a frame: \(error)") }
        }
        let places = FrameSampler.positions(in: crops.count, count: frames)
        return EngineRequest(
            crops: places.map { crops[$0] }, frames: places, query: query, options: options.generation, priority: .interactive)
    }
}
