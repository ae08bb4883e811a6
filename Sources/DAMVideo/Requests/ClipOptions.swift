import Masks
import Media
import ObjectTracking

/// The frames and tracks of a clip to caption.
public struct ClipOptions: Sendable, Equatable {
    /// Tracks to caption; nil for all.
    public var tracks: [TrackID]?
    /// Upper bound on tracks to caption, most important first; nil for all given ones, and `defaultMaxTracks` of detected ones.
    public var maxTracks: Int?
    /// Settings for reading the masks.
    public var masks = MaskSettings()
    public var sampling = FrameSampling.track
    /// Frames per caption; nil for the number the model was trained on.
    public var frames: Int?
    /// Length of the parts of long tracks that are captioned in addition to the whole; nil for none.
    public var segment: SegmentLength?
    /// True to propagate a track's masks to all frames if it has them on only a few.
    public var propagates = true
    /// Path of the SAM 2 checkpoint for propagation; nil to propagate by optical flow.
    public var segmentation: String?
    public var part = ClipPart()
    /// True to include the mask of each sampled frame in the document.
    public var includesMasks = false
    /// The share of the tracks to caption; nil for all.
    public var shard: Shard?

    /// Default upper bound on the detected tracks to caption.
    public static let defaultMaxTracks = 20

    public init() {}
}

/// Keys of `ClipPart` are encoded into the same object.
extension ClipOptions: Codable {
    private enum CodingKeys: String, CodingKey {
        case tracks, masks, sampling, frames, segment, propagates, shard
        case segmentation = "sam"
        case maxTracks = "max_tracks"
        case includesMasks = "with_masks"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        tracks = try values.decodeIfPresent([TrackID].self, forKey: .tracks)
        maxTracks = try values.decodeIfPresent(Int.self, forKey: .maxTracks)
        masks = try values.decode(MaskSettings.self, forKey: .masks)
        sampling = try values.decode(FrameSampling.self, forKey: .sampling)
        frames = try values.decodeIfPresent(Int.self, forKey: .frames)
        segment = try values.decodeIfPresent(SegmentLength.self, forKey: .segment)
        propagates = try values.decode(Bool.self, forKey: .propagates)
        segmentation = try values.decodeIfPresent(String.self, forKey: .segmentation)
        part = try ClipPart(from: decoder)
        includesMasks = try values.decode(Bool.self, forKey: .includesMasks)
        shard = try values.decodeIfPresent(Shard.self, forKey: .shard)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(tracks, forKey: .tracks)
        try values.encodeIfPresent(maxTracks, forKey: .maxTracks)
        try values.encode(masks, forKey: .masks)
        try values.encode(sampling, forKey: .sampling)
        try values.encodeIfPresent(frames, forKey: .frames)
        try values.encodeIfPresent(segment, forKey: .segment)
        try values.encode(propagates, forKey: .propagates)
        try values.encodeIfPresent(segmentation, forKey: .segmentation)
        try part.encode(to: encoder)
        try values.encode(includesMasks, forKey: .includesMasks)
        try values.encodeIfPresent(shard, forKey: .shard)
    }
}
