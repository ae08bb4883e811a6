import DescribeAnything
import Imaging
import ObjectTracking

extension VideoCaptioner {
    /// An interactive request about the first track of a plan. Returns once objects are tracked and frames decoded.
    /// - Parameter progress: called for each frame; an error it throws ends the work.
    /// - Throws: `InputError` when the clip is invalid or the track is visible nowhere.
    package func request(_ plan: CaptionPlan, progress: () throws -> Void) throws -> EngineRequest {
        try plan.input.naming {
            let objects = try plan.follow(with: segmentation, detector) { _ in try progress() }
            var reader = try CropReader(plan, objects, model.model.imageProcessor, memoryLimit: cropMemoryLimit) { _ in try progress() }
            guard let track = try reader.next(onFrame: { _ in try progress() }), !track.samples.visible.isEmpty else {
                throw InputError(.invalid, plan.input.path, found: "no object", expected: "one to describe")
            }
            do {
                return EngineRequest(
                    crops: try track.inOrder(), frames: track.samples.frames, query: plan.query, options: plan.options,
                    priority: .interactive)
            } catch let problem as TrackProblem {
                throw InputError(.invalid, "\(plan.input.path): \(problem.message)")
            }
        }
    }
}
