import Imaging

/// Tasks of a Label Studio export: a video's name and its regions.
struct LabelStudioTask {
    struct Keyframe {
        /// Counted from 1.
        var frame = 0
        /// Left, top, width and height in percent of the image size.
        var box = [0.0, 0, 0, 0]
        /// Degrees clockwise, about the top left corner.
        var rotation = 0.0
        /// True if the object is visible until the next keyframe.
        var isEnabled = true
    }

    struct Region {
        var id: TrackID?
        var label: String?
        var score: Double?
        /// Frames of the video at the project's frame rate; nil if the file does not say.
        var frameCount: Int?
        /// In seconds.
        var duration: Double?
        var keyframes: [Keyframe] = []
    }

    /// Regions of one annotator, or of a model.
    struct Annotation {
        var isCancelled = false
        var isGroundTruth = false
        var regions: [Region] = []
    }

    private(set) var names: [String] = []
    private(set) var annotations: [Annotation] = []
    private(set) var predictions: [Annotation] = []
    /// Number of regions that are not video rectangles.
    private(set) var passedOver = 0

    /// Reads a task of the JSON or the JSON-MIN export.
    init(_ json: inout JSONReader) throws {
        var task = LabelStudioTask(), bare = Annotation()
        try json.object { json, key in
            switch key {
            case "data" where try json.kind() == .object:
                try json.object { json, _ in if let text = try json.optionalString() { task.takeName(text) } }
            case "annotations", "completions":
                try json.array { json, _ in task.annotations.append(try task.annotation(&json)) }
            case "predictions" where try json.kind() == .array:
                try json.array { json, _ in
                    guard try json.kind() == .object else { return try json.skip() }
                    task.predictions.append(try task.annotation(&json))
                }
            default:
                if try json.kind() == .string { return task.takeName(try json.string()) }
                try task.bareRegions(&json, into: &bare)
            }
        }
        if !bare.regions.isEmpty { task.annotations.append(bare) }
        self = task
    }

    private init() {}

    /// Strips the hash from an upload's name, `<hash>-<name>`.
    private mutating func takeName(_ text: String) {
        let stem = FileNames.stem(text)
        names.append(stem)
        if let hyphen = stem.firstIndex(of: "-") { names.append(String(stem[stem.index(after: hyphen)...])) }
    }

    private mutating func annotation(_ json: inout JSONReader) throws -> Annotation {
        var annotation = Annotation(), other = 0
        try json.object { json, key in
            switch key {
            case "was_cancelled", "skipped": annotation.isCancelled = try json.flag() || annotation.isCancelled
            case "ground_truth": annotation.isGroundTruth = try json.flag()
            case "result":
                try json.array { json, _ in
                    if let region = try Self.result(&json) { annotation.regions.append(region) } else { other += 1 }
                }
            default: try json.skip()
            }
        }
        passedOver += other
        return annotation
    }

    /// Reads the regions of JSON-MIN, which are lists under names chosen by the project.
    private func bareRegions(_ json: inout JSONReader, into annotation: inout Annotation) throws {
        guard try json.kind() == .array else { return try json.skip() }
        try json.array { json, _ in
            guard try json.kind() == .object, try json.has(key: "sequence") else { return try json.skip() }
            var region = Region()
            try Self.value(&json, into: &region)
            annotation.regions.append(region)
        }
    }

    /// - Returns: nil for a region that is not a video rectangle.
    private static func result(_ json: inout JSONReader) throws -> Region? {
        var region = Region(), isRectangle = false
        try json.object { json, key in
            switch key {
            case "id": region.id = try json.optionalTrackID()
            case "type": isRectangle = try json.optionalString()?.lowercased() == "videorectangle"
            case "score": region.score = try json.optionalNumber()
            case "value" where try json.kind() == .object: try value(&json, into: &region)
            default: try json.skip()
            }
        }
        return isRectangle ? region : nil
    }

    private static func value(_ json: inout JSONReader, into region: inout Region) throws {
        try json.object { json, key in
            switch key {
            case "framesCount": region.frameCount = try json.optionalInteger()
            case "duration": region.duration = try json.optionalNumber()
            case "labels" where try json.kind() == .array:
                var labels: [String] = []
                try json.array { json, _ in if let label = try json.optionalString() { labels.append(label) } }
                region.label = labels.isEmpty ? nil : labels.joined(separator: ", ")
            case "sequence" where try json.kind() == .array:
                try json.array { json, _ in region.keyframes.append(try keyframe(&json)) }
            default: try json.skip()
            }
        }
    }

    private static func keyframe(_ json: inout JSONReader) throws -> Keyframe {
        var keyframe = Keyframe(), seen: Set<String> = []
        try json.object { json, key in
            seen.insert(key)
            switch key {
            case "frame": keyframe.frame = try json.integer()
            case "x": keyframe.box[0] = try json.number()
            case "y": keyframe.box[1] = try json.number()
            case "width": keyframe.box[2] = try json.number()
            case "height": keyframe.box[3] = try json.number()
            case "rotation": keyframe.rotation = try json.optionalNumber() ?? 0
            case "enabled": keyframe.isEnabled = try json.flag()
            default: try json.skip()
            }
        }
        for key in ["frame", "x", "y", "width", "height"] where !seen.contains(key) {
            throw json.fault("a keyframe without \(key)", expected: "frame, x, y, width and height")
        }
        guard keyframe.frame >= 0, keyframe.frame <= FrameNames.largest,
            (keyframe.box + [keyframe.rotation]).allSatisfy({ abs($0) <= 1e6 })
        else {
            throw json.fault("a keyframe with a number beyond any picture or clip", expected: "hundredths of the picture")
        }
        return keyframe
    }
}
