import Masks
import ObjectTracking

/// The work that captioning a clip would do, as `damvideo caption --dry-run` prints it.
public struct PlanReport: Encodable, Sendable {
    public struct Track: Encodable, Sendable, Equatable {
        public let id: TrackID
        public let label: String?
        /// Frames with a mask that shows it, in the part of the clip that counts.
        public let givenFrames: Int
        /// True if its masks are first propagated to other frames: its sampled frames are then not known yet.
        public let isPropagated: Bool
        /// Frames to be looked at, ascending, with repeats; those known now. None when it cannot be captioned.
        public let sampled: [Int]
        /// Parts it is told in besides, as far as is known now; nil when that was not asked for, or depends on what will be
        /// found.
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
    /// As the packets tell, or the file says; nil when only decoding can.
    public let frames: Int?
    public let fps: Double
    /// Nil for masks of no known layout.
    public let masksFormat: MaskFormat?
    public let annotatedFrames: Int
    /// Notes on the clip and its masks: repairs, and readings chosen among several; nil if there are none.
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
        let notes = [plan.input.clip.mending].compactMap(\.self) + plan.input.given.notes + (plan.input.given.masks?.problems ?? []).map(\.message)
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
