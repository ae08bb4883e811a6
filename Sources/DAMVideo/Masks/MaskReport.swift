import Imaging
import Masks

/// Summary of masks as damvideo reads them, for users to check.
public struct MaskReport: Encodable, Sendable {
    public struct Track: Encodable, Sendable {
        public let id: TrackID
        public let label: String?
        public let firstFrame: Int
        public let lastFrame: Int
        /// Frames whose masks show the object, ascending.
        public let appearances: [Appearance]

        enum CodingKeys: String, CodingKey {
            case id, label, appearances
            case firstFrame = "first_frame"
            case lastFrame = "last_frame"
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(label, forKey: .label)
            try container.encode(firstFrame, forKey: .firstFrame)
            try container.encode(lastFrame, forKey: .lastFrame)
            try container.encode(appearances, forKey: .appearances)
        }
    }

    public struct Appearance: Encodable, Sendable {
        /// Zero-based frame of the clip.
        public let frame: Int
        public let bbox: BoundingBox
        /// Area of the mask, in pixels.
        public let area: Int
    }

    public let path: String
    public let format: MaskFormat?
    public let width: Int
    public let height: Int
    /// Annotated frames, ascending.
    public let annotatedFrames: [Int]
    public let tracks: [Track]
    /// Masks that were left out and ambiguous readings, one line each.
    public let problems: [String]
    /// Reasons that the masks cannot belong to this clip, one line each.
    public let mismatches: [String]
    public let clip: ClipSummary?

    enum CodingKeys: String, CodingKey {
        case path, format, width, height, tracks, problems, mismatches, clip
        case annotatedFrames = "annotated_frames"
    }

    init(_ source: any MaskSource, clip: ClipSummary?, mismatches: [String]) {
        path = source.path
        format = source.format
        (width, height) = (source.size.width, source.size.height)
        annotatedFrames = source.annotatedFrames
        tracks = source.tracks.map { track in
            Track(
                id: track.id, label: track.label, firstFrame: track.firstFrame, lastFrame: track.lastFrame,
                appearances: track.appearances.map { Appearance(frame: $0.frame, bbox: $0.box, area: $0.area) })
        }
        problems = source.problems.map { "\($0.kind.rawValue): \($0.message)" }
        self.mismatches = mismatches
        self.clip = clip
    }
}
