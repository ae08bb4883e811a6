import Masks

/// What captioning a clip would do: what `damvideo caption --dry-run` prints.
public struct PlanReport: Encodable, Sendable {
    public struct Track: Encodable, Sendable, Equatable {
        public let id: TrackID
        public let label: String?
        /// Frames with a mask that shows it, in the part of the clip that counts.
        public let givenFrames: Int
        /// Whether its masks are first carried to other frames; it is then looked at in frames that are not known yet.
        public let isPropagated: Bool
        /// Frames to be looked at, ascending, with repeats; those known now. None when it cannot be captioned.
        public let sampled: [Int]

        enum CodingKeys: String, CodingKey {
            case id, label, sampled
            case givenFrames = "given_frames"
            case isPropagated = "propagated"
        }
    }

    public let request: ClipRequest
    public let width: Int
    public let height: Int
    /// As the packets tell, or the file says; nil when only decoding can.
    public let frames: Int?
    public let fps: Double
    /// Nil for masks of no known layout.
    public let masksFormat: MaskFormat?
    public let annotatedFrames: Int
    public let tracks: [Track]
    public let estimate: CaptionEstimate

    enum CodingKeys: String, CodingKey {
        case request, width, height, frames, fps, tracks, estimate
        case masksFormat = "masks_format"
        case annotatedFrames = "annotated_frames"
    }

    init(_ plan: ClipPlan, _ model: CaptionModel, batchSize: Int?) {
        request = plan.request
        (width, height, fps) = (plan.clip.info.width, plan.clip.info.height, plan.clip.info.frameRate)
        frames = plan.frameCount
        masksFormat = plan.given.masks?.format
        annotatedFrames = plan.given.annotatedFrames.count
        tracks = plan.sampling.tracks.map {
            Track(
                id: $0.track.id, label: $0.track.label, givenFrames: $0.visible.count,
                isPropagated: plan.propagated.contains($0.track.id), sampled: $0.sampled)
        }
        estimate = CaptionEstimate(plan, model.model, batchSize: batchSize)
    }
}
