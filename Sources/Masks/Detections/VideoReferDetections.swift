import Imaging

/// VideoRefer's annotations: a list of entries with `video` and `annotation`, a list of objects with a `segmentation` by
/// zero-based frame, null if the object is absent. An entry's only object has its id; if there are several, they have
/// `<id>-<number>`.
///
/// Source: VideoRefer, `training.md` and VideoRefer-Bench.
enum VideoReferDetections {
    private struct Mark {
        let identity: TrackID
        let frame: Int
        let segmentation: Segmentation
    }

    private struct Entry {
        var id: TrackID?
        var video = ""
        var objects: [[(frame: Int, segmentation: Segmentation)]] = []
    }

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: document.path, format: .videoRefer, keepsGoing: keepsGoing)
        let videos = try videos(document)
        let video = videos[try VideoChoice(names: videos.map { [FileNames.stem($0)] }).index(clip: clip.name, path: document.path)]
        var marks: [Mark] = []
        try document.read { json in
            try json.array { json, index in
                let entry = try entry(&json)
                guard entry.video == video else { return }
                let id = entry.id ?? .number(index + 1)
                for (number, object) in entry.objects.enumerated() {
                    let identity = entry.objects.count == 1 ? id : .name("\(id)-\(number + 1)")
                    marks += object.map { Mark(identity: identity, frame: $0.frame, segmentation: $0.segmentation) }
                }
            }
        }
        for mark in marks {
            try table.attempt("object \(mark.identity), frame \(mark.frame)") { table in
                try table.annotate(frame: mark.frame)
                if let size = mark.segmentation.size { try table.take(size: size) }
                let shape = DetectedShape(mark.segmentation)
                guard let box = try shape.box else { return table.addEmpty(mark.identity, key: mark.frame) }
                try table.add(DetectionRow(key: mark.frame, box: box, shape: shape, identity: mark.identity))
            }
        }
        return table
    }

    /// Names of the videos, in the file's order.
    private static func videos(_ document: MaskDocument) throws -> [String] {
        var videos: [String] = [], seen: Set<String> = []
        try document.read { json in
            try json.array { json, _ in
                try json.object { json, key in
                    guard key == "video", let video = try json.optionalString() else {
                        if key != "video" { try json.skip() }
                        return
                    }
                    if seen.insert(video).inserted { videos.append(video) }
                }
            }
        }
        return videos
    }

    private static func entry(_ json: inout JSONReader) throws -> Entry {
        var entry = Entry()
        try json.object { json, key in
            switch key {
            case "id": entry.id = try json.optionalTrackID()
            case "video": entry.video = try json.optionalString() ?? ""
            case "annotation" where try json.kind() == .array:
                try json.array { json, _ in entry.objects.append(try object(&json)) }
            default: try json.skip()
            }
        }
        return entry
    }

    private static func object(_ json: inout JSONReader) throws -> [(frame: Int, segmentation: Segmentation)] {
        var frames: [(frame: Int, segmentation: Segmentation)] = []
        try json.object { json, key in
            guard let frame = Int(key), (0...FrameNames.largest).contains(frame) else {
                throw json.fault("the key \"\(key.prefix(32))\"", expected: "a frame's number")
            }
            var segmentation = Segmentation.none
            if try !json.null() {
                try json.object { json, key in
                    guard key == "segmentation" else { return try json.skip() }
                    segmentation = try json.segmentation()
                }
            }
            frames.append((frame, segmentation))
        }
        return frames
    }
}
