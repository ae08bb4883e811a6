import DAMVideo
import DescribeAnything
import Imaging
import Media

/// Describes regions in images and in frames of clips, one after another.
package struct RegionDescriber {
    private let engine: CaptionEngine
    private let options: CaptionOptions
    private let task: OutputsTask
    private let frames: Int

    /// - Parameters:
    ///   - frames: number of frames of a clip to show the model.
    ///   - options: captioning options, including the question.
    package init(_ engine: CaptionEngine, _ task: OutputsTask, frames: Int, options: CaptionOptions) {
        (self.engine, self.task, self.frames, self.options) = (engine, task, frames, options)
    }

    /// Describes a region.
    /// - Parameters:
    ///   - pictures: one image, or frames in order; too few frames are repeated evenly, as for short clips.
    ///   - onText: called with the text as it is generated; an error it throws ends the call.
    /// - Throws: `InputError` if the options are inconsistent or the question is too long.
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
                .usage, "query \"\(words)\"", found: "a number of \(Conversation.imagePlaceholder) other than that of frames",
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
