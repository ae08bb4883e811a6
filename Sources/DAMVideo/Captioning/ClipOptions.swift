import Masks
import Media
import ObjectTracking

/// A clip to be captioned.
public struct ClipRequest: Sendable, Equatable {
    /// Path of a video or a folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    public var clip: String
    public var objects: ObjectSource
    public var options: ClipOptions

    public init(clip: String, objects: ObjectSource, options: ClipOptions = ClipOptions()) {
        self.clip = clip
        self.objects = objects
        self.options = options
    }

    public init(clip: String, masks: String, options: ClipOptions = ClipOptions()) {
        self.init(clip: clip, objects: .masks(path: masks), options: options)
    }
}

/// With one of the keys `masks`, `regions` and `prompts`.
extension ClipRequest: Codable {
    private enum CodingKeys: String, CodingKey {
        case clip, masks, regions, prompts, options
        case maskFrames = "mask_frames"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        clip = try values.decode(String.self, forKey: .clip)
        if let prompts = try values.decodeIfPresent([ObjectPrompt].self, forKey: .prompts) {
            objects = .prompts(prompts)
        } else if let regions = try values.decodeIfPresent([Region].self, forKey: .regions) {
            objects = .regions(regions)
        } else {
            objects = .masks(
                path: try values.decode(String.self, forKey: .masks),
                frames: try values.decodeIfPresent(Set<Int>.self, forKey: .maskFrames))
        }
        options = try values.decode(ClipOptions.self, forKey: .options)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(clip, forKey: .clip)
        switch objects {
        case .masks(let path, let frames):
            try values.encode(path, forKey: .masks)
            try values.encodeIfPresent(frames?.sorted(), forKey: .maskFrames)
        case .regions(let regions): try values.encode(regions, forKey: .regions)
        case .prompts(let prompts): try values.encode(prompts, forKey: .prompts)
        }
        try values.encode(options, forKey: .options)
    }
}

/// Which of a clip's frames and tracks are captioned.
public struct ClipOptions: Sendable, Equatable {
    /// Tracks to caption; nil for all.
    public var tracks: [TrackID]?
    /// How the masks are read.
    public var masks = MaskSettings()
    public var sampling = FrameSampling.track
    /// Frames per caption; nil for as many as the model was trained on.
    public var frames: Int?
    /// Whether masks that a track has on a few frames only are carried to the others.
    public var propagates = true
    /// Path of the SAM 2 checkpoint that carries them; nil to do it without a model.
    public var segmentation: String?
    public var part = ClipPart()
    /// Whether the document has the mask of each sampled frame.
    public var includesMasks = false

    public init() {}
}

/// The keys of `ClipPart` stand beside the others.
extension ClipOptions: Codable {
    private enum CodingKeys: String, CodingKey {
        case tracks, masks, sampling, frames, propagates
        case segmentation = "sam"
        case includesMasks = "with_masks"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        tracks = try values.decodeIfPresent([TrackID].self, forKey: .tracks)
        masks = try values.decode(MaskSettings.self, forKey: .masks)
        sampling = try values.decode(FrameSampling.self, forKey: .sampling)
        frames = try values.decodeIfPresent(Int.self, forKey: .frames)
        propagates = try values.decode(Bool.self, forKey: .propagates)
        segmentation = try values.decodeIfPresent(String.self, forKey: .segmentation)
        part = try ClipPart(from: decoder)
        includesMasks = try values.decode(Bool.self, forKey: .includesMasks)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encodeIfPresent(tracks, forKey: .tracks)
        try values.encode(masks, forKey: .masks)
        try values.encode(sampling, forKey: .sampling)
        try values.encodeIfPresent(frames, forKey: .frames)
        try values.encode(propagates, forKey: .propagates)
        try values.encodeIfPresent(segmentation, forKey: .segmentation)
        try part.encode(to: encoder)
        try values.encode(includesMasks, forKey: .includesMasks)
    }
}
