import Imaging

/// YouTube-VIS: `videos`, `annotations` with a segmentation (or null) for each of a video's frames, `categories`. An annotation
/// is a track, labelled with its category's name. A list of results, as written by models, has only annotations, whose tracks are
/// numbered from 1.
///
/// Source: the annotation files of YouTube-VIS 2019 to 2022 and OVIS.
struct YouTubeVISReader {
    private struct Video {
        var id = -1
        var width: Int?
        var height: Int?
        var length: Int?
        var files: [String] = []
        var name: String?

        var size: PictureSize? {
            guard let width, let height else { return nil }
            return PictureSize(width: width, height: height)
        }

        /// Names that may match the clip's.
        var names: [String] {
            let folders = files.first.flatMap(FileNames.folder)
            let all = [name.map(FileNames.stem), folders].compactMap { $0 }
            return all.isEmpty ? ["video \(id)"] : all
        }
    }

    private struct Annotation {
        var id: TrackID?
        var video = -1
        var category: Int?
        var segmentations: [Segmentation] = []
    }

    private let document: MaskDocument
    private let videos: [Video]
    private let labels: [Int: String]

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> RegionSource {
        try YouTubeVISReader(document).source(clip: clip, keepsGoing: keepsGoing)
    }

    /// Reads everything but the annotations, which depend on it.
    private init(_ document: MaskDocument) throws {
        self.document = document
        var videos: [Video] = [], labels: [Int: String] = [:], results: Set<Int> = []
        try document.read { json in
            guard try json.kind() == .object else {
                return try json.array { json, _ in
                    try json.object { json, key in
                        if key == "video_id" { results.insert(try json.integer()) } else { try json.skip() }
                    }
                }
            }
            try json.object { json, key in
                switch key {
                case "videos": try json.array { json, _ in videos.append(try Self.video(&json)) }
                case "categories": labels = try json.categories()
                default: try json.skip()
                }
            }
        }
        self.videos = videos + results.sorted().map { Video(id: $0) }
        self.labels = labels
    }

    private static func video(_ json: inout JSONReader) throws -> Video {
        var video = Video()
        try json.object { json, key in
            switch key {
            case "id": video.id = try json.integer()
            case "width": video.width = try json.optionalInteger()
            case "height": video.height = try json.optionalInteger()
            case "length": video.length = try json.optionalInteger()
            case "name", "file_name": video.name = try json.optionalString() ?? video.name
            case "file_names": try json.array { json, _ in video.files.append(try json.string()) }
            default: try json.skip()
            }
        }
        return video
    }

    private func source(clip: ClipFacts, keepsGoing: Bool) throws -> RegionSource {
        let video = videos[try VideoChoice(names: videos.map(\.names)).index(clip: clip.name, path: document.path)]
        var table = RegionTable(path: document.path, format: .youtubeVIS, keepsGoing: keepsGoing)
        table.size = video.size
        var frames = try frames(of: video, clip: clip, in: &table)
        var ids: Set<TrackID> = [], number = 0
        func take(_ annotation: Annotation) throws {
            number += 1
            guard annotation.video == video.id else { return }
            let id = annotation.id ?? .number(number)
            guard ids.insert(id).inserted else { throw table.unusable("a second annotation with id \(id)", "one") }
            // Without file names every annotation must have as many frames as the first, and as the video states.
            let keys = frames ?? Array(annotation.segmentations.indices)
            frames = keys
            let count = video.files.isEmpty ? video.length ?? keys.count : keys.count
            guard count == annotation.segmentations.count else {
                throw table.unusable(
                    "annotation \(id) with \(annotation.segmentations.count) segmentations", "\(count), one a frame")
            }
            table.declare(id, label: annotation.category.flatMap { labels[$0] })
            for (frame, segmentation) in zip(keys, annotation.segmentations) {
                try table.add(segmentation, to: id, frame: frame, place: "annotation \(id), frame \(frame)")
            }
        }
        try document.read { json in
            guard try json.kind() == .object else {
                return try json.array { json, _ in try take(Self.annotation(&json)) }
            }
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, _ in try take(Self.annotation(&json)) }
            }
        }
        return try table.source()
    }

    /// The frames of a video's images from their names; nil for a video without names.
    private func frames(of video: Video, clip: ClipFacts, in table: inout RegionTable) throws -> [Int]? {
        guard !video.files.isEmpty else { return nil }
        guard let named = try? FrameNames(video.files, stills: clip.frameOfStill) else {
            guard Set(video.files).count == video.files.count else {
                throw table.unusable("two pictures of one name without a number", "a different name for each frame")
            }
            if video.files.count > 1 { table.note("the pictures' names have no frame numbers: taken in the order of the file") }
            return Array(video.files.indices)
        }
        var seen: Set<Int> = []
        if let index = named.frames.firstIndex(where: { !seen.insert($0).inserted }) {
            throw table.unusable("the name \(video.files[index]) for a frame that is there already", "one name for each frame")
        }
        (table.isPlaced, table.isInOrder) = (named.arePlaced, named.areInOrder)
        if let note = named.note { table.note(note) }
        return named.frames
    }

    private static func annotation(_ json: inout JSONReader) throws -> Annotation {
        var annotation = Annotation()
        try json.object { json, key in
            switch key {
            case "id": annotation.id = try json.trackID()
            case "video_id": annotation.video = try json.integer()
            case "category_id": annotation.category = try json.optionalInteger()
            case "segmentations":
                if try json.null() { return }
                try json.array { json, _ in annotation.segmentations.append(try json.segmentation()) }
            default: try json.skip()
            }
        }
        return annotation
    }
}

extension JSONReader {
    /// Names by id, from `[{"id": 1, "name": "person"}]`.
    package mutating func categories() throws -> [Int: String] {
        var names: [Int: String] = [:]
        try array { json, _ in
            var id: Int?, name: String?
            try json.object { json, key in
                switch key {
                case "id": id = try json.integer()
                case "name": name = try json.optionalString()
                default: try json.skip()
                }
            }
            guard let id else { return }
            if let name, let other = names[id], other != name {
                throw json.fault("category \(id) as \(other) and as \(name)", expected: "one name for each")
            }
            names[id] = name ?? names[id]
        }
        return names
    }
}
