import DAMVideo
import DescribeAnything
import Imaging

/// Objects to compare two models on.
package enum DriftInput: Sendable {
    /// A picture and the path of a mask of the same size; nil takes the picture's alpha channel.
    case picture(String, mask: String?)
    /// Every track that the request selects.
    case clip(ClipRequest)
    /// Every case of a golden set's folder.
    case goldenSet(String)

    /// Calls `body` with each object in turn.
    /// - Throws: `InputError` or another target's error if a file is missing or bad, and the errors of `body`.
    func forEach(_ model: DescribeAnythingModel, _ body: (DriftSubject) throws -> Void) throws {
        switch self {
        case .picture(let path, let mask):
            let (picture, region) = try ImageDescriber.read(path, mask)
            do {
                let prompt = try model.imageProcessor(picture, region)
                try body(DriftSubject(name: path, frames: [prompt], query: Conversation.imageQuery))
            } catch let error as FocalPromptError {
                throw InputError(.invalid, "\(mask ?? path): \(error)")
            }
        case .clip(let request): try Self.forEachTrack(request, model, body)
        case .goldenSet(let path):
            let set = try GoldenSet(path: path)
            for golden in set.cases {
                let frames = try set.prompts(of: golden, model.imageProcessor)
                try body(DriftSubject(name: "\(path) \(golden.name)", frames: frames, query: golden.query))
            }
        }
    }

    private static func forEachTrack(
        _ request: ClipRequest, _ model: DescribeAnythingModel, _ body: (DriftSubject) throws -> Void
    ) throws {
        var request = request
        request.options.propagates = false
        let plan = try ClipPlan(request, CaptionOptions(), model: model, segmentation: nil)
        let tracks = plan.sampling.tracks
        let visible = tracks.indices.filter { !tracks[$0].sampled.isEmpty }
        var queue = try PromptQueue(FrameCollector(plan: plan), of: visible, room: PromptQueue.room) { _ in }
        for index in visible {
            let prompts = try queue.prompts(of: index) { _ in }
            let frames = try tracks[index].sampled.map { frame in
                switch prompts[frame] {
                case .success(let prompt)?: return prompt
                case .failure(let error)?:
                    throw InputError(.invalid, "\(plan.path): track \(tracks[index].track.id): frame \(frame): \(error)")
                case nil: throw InputError(.invalid, "\(plan.path): frame \(frame) could not be decoded")
                }
            }
            try body(DriftSubject(name: "\(plan.path) track \(tracks[index].track.id)", frames: frames, query: plan.query))
        }
    }
}

/// An object, as a model is shown it and asked about it.
struct DriftSubject {
    let name: String
    let frames: [FocalPrompt]
    /// With a place for each frame.
    let query: String
}
