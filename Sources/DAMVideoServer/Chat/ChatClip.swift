import DAMVideo
import DescribeAnything
import Imaging
import Masks
import Media
import ObjectTracking
import SegmentAnything

/// A clip in a chat request: an object marked on the first frame and tracked from there, or whole frames.
struct ChatClip {
    private let path: String
    private let finder: RegionFinder
    private let engine: ServerEngine
    private let options: CaptionOptions

    init(_ path: String, _ finder: RegionFinder, _ engine: ServerEngine, _ options: CaptionOptions) {
        (self.path, self.finder, self.engine, self.options) = (path, finder, engine, options)
    }

    /// - Returns: the request, and the region on the first frame.
    func request() throws -> (EngineRequest, PictureRegion) {
        let clip = try VideoClip(path: path)
        guard let first = try clip.frames([0]).next()?.image() else {
            throw InputError(.invalid, path, found: "no frame", expected: "at least one")
        }
        let region = try finder.found(in: first)
        if region.source == .whole { return (try whole(clip), region) }
        let plan = try captioner.plan(ClipRequest(clip: path, objects: objects(region)), options: options)
        return (try captioner.request(plan) { try WorkGate.current?.check() }, region)
    }

    private var captioner: VideoCaptioner { VideoCaptioner(engine.engine, segmentation: engine.segmentation) }

    /// The object in the form of a caption request.
    private func objects(_ region: PictureRegion) throws -> ObjectSource {
        func prompt(_ prompt: PicturePrompt) -> ObjectSource { .prompts([ObjectPrompt(object: .number(1), frame: 0, prompt)]) }
        let size = PictureSize(width: region.mask.width, height: region.mask.height)
        switch finder.region ?? finder.marker?.box(in: size).map({ .box($0) }) {
        case .points(let points)?:
            return prompt(PicturePrompt(points: points.map(\.prompt)))
        case .polygon(let outlines)? where outlines.count == 1:
            return .regions([Region(try .polygon(coordinates: outlines[0]), frame: 0)])
        case .polygon?, .runs?:
            throw APIError(
                400, "region: found a mask for a clip, expected a box, a point or one polygon to follow", param: "region",
                code: "invalid_value")
        case .box(let rectangle)?:
            guard let box = rectangle.pixels(in: size) else { break }
            return region.isSegmented ? prompt(PicturePrompt(box: box)) : .regions([Region(.box(box), frame: 0)])
        case nil: break
        }
        guard let box = region.mask.boundingBox else {
            throw APIError(422, "region: found an empty mask, expected a region", param: "region", code: "region_empty")
        }
        return region.isSegmented ? prompt(PicturePrompt(box: box)) : .regions([Region(.box(box), frame: 0)])
    }

    /// A request about whole frames.
    private func whole(_ clip: VideoClip) throws -> EngineRequest {
        guard let count = try clip.countFrames() ?? clip.frameCount, count > 0 else {
            throw InputError(.invalid, path, found: "frames that cannot be counted", expected: "a complete clip")
        }
        let wanted = engine.engine.model.model.configuration.videoFrames
        let frames = try clip.frames(Set(FrameSampler.positions(in: count, count: count > 1 ? wanted : 1)))
        return try EngineRequest(engine.engine.model, frames: count, name: "frame", options) { index in
            guard let frame = try frames.next(), frame.index == index else {
                throw InputError(.invalid, path, found: "no frame \(index)", expected: "a complete clip")
            }
            let picture = try frame.image()
            return (picture, .whole(picture))
        }
    }
}
