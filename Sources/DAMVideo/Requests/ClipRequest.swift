import Masks
import Media
import ObjectTracking

/// A clip to caption.
public struct ClipRequest: Sendable, Equatable {
    /// Path of a video or folder of stills, a printf pattern of stills, or `-` for a video on standard input.
    public var clip: String
    public var objects: ObjectSource
    public var options: ClipOptions

    public init(clip: String, objects: ObjectSource, options: ClipOptions = ClipOptions()) {
        self.clip = clip
        self.objects = objects
        self.options = options
    }

    /// Requests captions of a clip's moving objects.
    public init(clip: String, options: ClipOptions = ClipOptions()) {
        self.init(clip: clip, objects: .motion, options: options)
    }

    public init(clip: String, masks: String, options: ClipOptions = ClipOptions()) {
        self.init(clip: clip, objects: .masks(path: masks), options: options)
    }

    /// Files and folders that the request reads.
    var files: [String] {
        var files = VideoClip.files(ofClip: clip) + [options.segmentation].compactMap(\.self)
        switch objects {
        case .masks(let path, _), .detections(let path, _, _), .detector(let path, _, _): files.append(path)
        case .regions, .prompts, .motion: break
        }
        return files
    }
}

/// Encoded with exactly one of the keys `masks`, `regions`, `prompts`, `detections`, `detector` and `find`.
extension ClipRequest: Codable {
    /// Value of `find` for detection by motion.
    private static let motion = "motion"

    private enum CodingKeys: String, CodingKey {
        case clip, masks, regions, prompts, find, detections, detector, options
        case maskFrames = "mask_frames"
        case detectionSettings = "detection_settings"
        case detectionFilter = "detection_filter"
        case detectorSettings = "detector_settings"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        clip = try values.decode(String.self, forKey: .clip)
        if let finder = try values.decodeIfPresent(String.self, forKey: .find) {
            guard finder == Self.motion else {
                throw DecodingError.dataCorruptedError(
                    forKey: .find, in: values, debugDescription: "found \(finder), expected \(Self.motion)")
            }
            objects = .motion
        } else if let path = try values.decodeIfPresent(String.self, forKey: .detections) {
            objects = .detections(
                path: path, settings: try values.decode(DetectionSettings.self, forKey: .detectionSettings),
                filter: try values.decode(DetectionFilter.self, forKey: .detectionFilter))
        } else if let path = try values.decodeIfPresent(String.self, forKey: .detector) {
            objects = .detector(
                path: path, settings: try values.decode(DetectorSettings.self, forKey: .detectorSettings),
                filter: try values.decode(DetectionFilter.self, forKey: .detectionFilter))
        } else if let prompts = try values.decodeIfPresent([ObjectPrompt].self, forKey: .prompts) {
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
        case .motion: try values.encode(Self.motion, forKey: .find)
        case .detections(let path, let settings, let filter):
            try values.encode(path, forKey: .detections)
            try values.encode(settings, forKey: .detectionSettings)
            try values.encode(filter, forKey: .detectionFilter)
        case .detector(let path, let settings, let filter):
            try values.encode(path, forKey: .detector)
            try values.encode(settings, forKey: .detectorSettings)
            try values.encode(filter, forKey: .detectionFilter)
        }
        try values.encode(options, forKey: .options)
    }
}
