import Masks
import ObjectTracking

/// Result of `ClipTracker`: each track's masks in numbers, and agreement with reference masks. Frames count from 0.
public struct TrackingReport: Codable, Sendable, Equatable {
    public struct Track: Codable, Sendable, Equatable {
        public var id: TrackID
        public var firstFrame: Int
        public var lastFrame: Int
        /// Frames that show the object.
        public var visibleFrames: Int
        /// Frames with a given mask.
        public var givenFrames: Int
        /// Mean confidence of the propagated masks, 0...1; nil if there are none.
        public var confidence: Double?
        /// Mean region similarity J over the compared frames; nil without a reference.
        public var regionSimilarity: Double?

        enum CodingKeys: String, CodingKey {
            case id, confidence
            case firstFrame = "first_frame"
            case lastFrame = "last_frame"
            case visibleFrames = "visible_frames"
            case givenFrames = "given_frames"
            case regionSimilarity = "j"
        }
    }

    public var clip: String
    public var frames: Int
    public var tracks: [Track]
    /// Mean region similarity J over frames and tracks of the reference.
    public var regionSimilarity: Double?
    /// Number of compared frames: those of the reference without a given mask.
    public var comparedFrames: Int?
    /// Multi-object tracking scores, for which ids need not match the reference's, over all its frames including given masks, as
    /// other programs compute them from the files; nil without a reference.
    public var tracking: TrackingScores?
    /// Damage of the clip, on one line; nil for none.
    public var damage: String?
    /// Notes on the clip and its masks: repairs, and interpretations chosen among several; nil if there are none.
    public var notes: [String]?
    /// Seconds of propagation alone.
    public var seconds: Double
    /// Tracks without any visible mask; not encoded.
    public var lostTracks: [TrackID] = []

    enum CodingKeys: String, CodingKey {
        case clip, frames, tracks, tracking, damage, notes, seconds
        case regionSimilarity = "j"
        case comparedFrames = "compared_frames"
    }

    /// - Parameters:
    ///   - areFound: true if the tracks were detected, so that their ids do not correspond to the reference's.
    ///   - boxes: the reference's boxes as stored in its file; nil for masks.
    init(
        _ masks: PropagatedMasks, areFound: Bool, clip: String, seconds: Double, reference: (any MaskSource)?, boxes: DetectionSet?
    ) throws {
        let scores = try areFound ? nil : reference.map { reference in
            // A damaged clip may be shorter than its reference.
            let frames = Set(masks.annotatedFrames)
            return try RegionSimilarity(masks, reference: reference) { masks.isGiven($0, at: $1) || !frames.contains($1) }
        }
        let counted = reference.map { ComparedFrames(of: $0, in: masks.annotatedFrames) }
        if let reference, let counted, !counted.frames.isEmpty {
            tracking = try TrackingScores(found: masks, reference: reference, boxes: boxes, frames: counted.frames)
        }
        notes = (counted?.note).map { [$0] }
        let compared = (scores?.tracks ?? []).filter { $0.frames > 0 }
        let byTrack = Dictionary(uniqueKeysWithValues: compared.map { ($0.id, $0.mean) })
        self.clip = clip
        frames = masks.annotatedFrames.count
        tracks = masks.tracks.map { track in
            let propagated = track.visibleFrames.filter { !masks.isGiven(track.id, at: $0) }
            let sum = propagated.reduce(0) { $0 + Double(masks.confidence(of: track.id, at: $1)) }
            return Track(
                id: track.id, firstFrame: track.firstFrame, lastFrame: track.lastFrame,
                visibleFrames: track.visibleFrames.count, givenFrames: track.visibleFrames.count - propagated.count,
                confidence: propagated.isEmpty ? nil : sum / Double(propagated.count), regionSimilarity: byTrack[track.id])
        }
        regionSimilarity = scores?.mean
        comparedFrames = scores?.frames
        damage = masks.damage
        self.seconds = seconds
    }
}
