import Imaging
import MaskTracking
import Media

/// A clip to be captioned.
public struct ClipRequest: Sendable, Equatable {
    /// Path of a video or a folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    public var clip: String
    /// Where its objects are.
    public var objects: ClipObjects
    public var options: ClipOptions

    public init(clip: String, objects: ClipObjects, options: ClipOptions = ClipOptions()) {
        self.clip = clip
        self.objects = objects
        self.options = options
    }

    public init(clip: String, masks: String, options: ClipOptions = ClipOptions()) {
        self.init(clip: clip, objects: .masks(path: masks), options: options)
    }
}

/// With the key `masks` or the key `prompts`.
extension ClipRequest: Codable {
    private enum CodingKeys: String, CodingKey { case clip, masks, prompts, options }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        clip = try values.decode(String.self, forKey: .clip)
        if let prompts = try values.decodeIfPresent([ObjectPrompt].self, forKey: .prompts) {
            objects = .prompts(prompts)
        } else {
            objects = .masks(path: try values.decode(String.self, forKey: .masks))
        }
        options = try values.decode(ClipOptions.self, forKey: .options)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(clip, forKey: .clip)
        switch objects {
        case .masks(let path): try values.encode(path, forKey: .masks)
        case .prompts(let prompts): try values.encode(prompts, forKey: .prompts)
        }
        try values.encode(options, forKey: .options)
    }
}

/// How a clip's objects are given.
public enum ClipObjects: Sendable, Equatable {
    /// File or folder of masks, in any layout of `MaskFormat`.
    case masks(path: String)
    /// Points and boxes on some frames, for SAM 2.
    case prompts([ObjectPrompt])
}

/// Which of a clip's frames and tracks are captioned.
public struct ClipOptions: Sendable, Equatable, Codable {
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
    /// Seconds from the start of the clip: what comes before does not count.
    public var start: Double = 0
    /// Seconds from there: what comes after does not count; nil for the rest of the clip.
    public var duration: Double?
    /// Frames a second when the clip is a series of stills.
    public var stillRate: Double = 25
    /// Whether the document has the mask of each sampled frame.
    public var includesMasks = false

    enum CodingKeys: String, CodingKey {
        case tracks, masks, sampling, frames, propagates, start, duration
        case segmentation = "sam"
        case stillRate = "still_rate"
        case includesMasks = "with_masks"
    }

    public init() {}

    /// The part of the clip that counts; nil for all of it.
    /// - Throws: `InputError` when there is no such part.
    func span() throws -> TimeSpan? {
        guard start != 0 || duration != nil else { return nil }
        if let span = TimeSpan(start: start, duration: duration) { return span }
        throw InputError(
            .usage, "start \(start)\(duration.map { ", duration \($0)" } ?? ""): expected seconds, a duration above 0")
    }
}
