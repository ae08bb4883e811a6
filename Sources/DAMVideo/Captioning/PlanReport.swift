import Masks
import ObjectTracking

/// The work that captioning a clip would do, as `damvideo caption --dry-run` prints it.
public struct PlanReport: Encodable, Sendable {
    public struct Track: Encodable, Sendable, Equatable {
        public let id: TrackID
        public let label: String?
        /// Frames with a non-empty mask, in the captioned part of the clip.
        public let givenFrames: Int
        /// True if its masks are first propagated to other frames; its sampled frames are not known yet.
        public let isPropagated: Bool
        /// Sampled frames as known now, ascending, with repeats. Empty when the track cannot be captioned.
        public let sampled: [Int]
        /// Parts to caption in addition to the whole, as far as is known; nil if not requested, or unknown until objects are
        /// detected.
        public let parts: Int?

        enum CodingKeys: String, CodingKey {
            case id, label, sampled, parts
            case givenFrames = "given_frames"
            case isPropagated = "propagated"
        }
    }

    public let request: ClipRequest
    public let width: Int
    public let height: Int
    /// Frame count from the packets or the header; nil if only decoding can tell.
    public let frames: Int?
    public let fps: Double
    /// Nil for masks of unknown layout.
    public let masksFormat: MaskFormat?
    public let annotatedFrames: Int
    /// Notes on the clip and its masks: repairs, and interpretations chosen among several; nil if there are none.
    public let notes: [String]?
    public let tracks: [Track]
    public let estimate: CaptionEstimate

    enum CodingKeys: String, CodingKey {
        case request, width, height, frames, fps, notes, tracks, estimate
        case masksFormat = "masks_format"
        case annotatedFrames = "annotated_frames"
    }

    init(_ plan: CaptionPlan, _ engine: CaptionEngine, _ segmentation: SegmentationModel?) {
        let info = plan.input.clip.info
        request = plan.request
        (width, height, fps) = (info.width, info.height, info.frameRate)
        frames = plan.input.frameCount
        let notes = [plan.input.clip.mending].compactMap(\.self) + plan.input.given.notes
            + (plan.input.given.masks?.problems ?? []).map(\.message)
        self.notes = notes.isEmpty ? nil : notes
        masksFormat = plan.input.given.masks?.format
        annotatedFrames = plan.input.given.annotatedFrames.count
        tracks = plan.samples.filter { $0.position.part == nil }.map {
            Track(
                id: $0.track.id, label: $0.track.label, givenFrames: $0.visible.count,
                isPropagated: plan.propagated.contains($0.track.id), sampled: $0.frames,
                parts: plan.sampler.parts == nil ? nil : plan.parts(of: $0))
        }
        estimate = CaptionEstimate(plan, engine.model.model, segmentation, wantedBatch: engine.limits.batch)
    }
}
