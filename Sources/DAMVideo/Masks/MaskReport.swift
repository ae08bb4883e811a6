import Imaging
import Masks

/// The reading of some masks, for people who check that damvideo sees what they see.
public struct MaskReport: Encodable, Sendable {
    public struct Track: Encodable, Sendable {
        public let id: TrackID
        public let label: String?
        public let firstFrame: Int
        public let lastFrame: Int
        /// Frames on which the masks show the object, ascending.
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
        /// 0-based frame of the clip.
        public let frame: Int
        public let bbox: BoundingBox
        /// Pixels of the mask.
        public let area: Int
    }

    public let path: String
    public let format: MaskFormat?
    public let width: Int
    public let height: Int
    /// Annotated frames, ascending.
    public let annotatedFrames: [Int]
    public let tracks: [Track]
    /// Masks that were left out, and readings that could be others, one line each.
    public let problems: [String]
    /// Reasons for which the masks cannot be this clip's, one line each.
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
