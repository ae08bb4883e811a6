import DAMVideo
import DescribeAnything
import Imaging

/// Inputs to compare two models on.
package enum DriftInput: Sendable {
    /// An image and the path of a mask of the same size; nil to use the image's alpha channel.
    case picture(String, mask: String?)
    /// Every track that the request selects.
    case clip(ClipRequest)
    /// Every case of a golden set's folder.
    case goldenSet(String)

    /// Calls `body` with each object in turn.
    /// - Throws: `InputError` or another target's error for a missing or invalid file, and the errors of `body`.
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
        let plan = try CaptionPlan(request, CaptionOptions(), model.configuration)
        let objects = try plan.follow(with: nil) { _ in }
        var reader = try CropReader(plan, objects, model.imageProcessor) { _ in }
        while let crops = try reader.next(onFrame: { _ in }) {
            let samples = crops.samples
            if samples.frames.isEmpty { continue }
            let name = "\(request.clip): track \(samples.track.id)"
            do {
                try body(
                    DriftSubject(
                        name: "\(request.clip) track \(samples.track.id)", frames: try crops.inOrder(), query: plan.query))
            } catch let problem as TrackProblem {
                throw InputError(.invalid, "\(name): \(problem.message)")
            }
        }
    }
}

/// An object with its frames and question.
struct DriftSubject {
    let name: String
    let frames: [FocalPrompt]
    /// With a placeholder for each frame.
    let query: String
}
