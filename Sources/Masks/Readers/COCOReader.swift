import Imaging

/// COCO for pictures: `images`, `annotations` with `image_id`, `segmentation` and the track they belong to, `categories`.
/// The track is `track_id` (or `instance_id`, `object_id`, or `attributes.track_id` as CVAT exports it); without any, when
/// one picture alone is annotated, each annotation is a track. An annotation with a box only has the box as mask.
///
/// Source: the COCO data format; CocoVID and CVAT for the fields of videos.
struct COCOReader {
    private struct Picture {
        var id = -1
        var size: PictureSize?
        var file: String?
        var frame: Int?
        var video: Int?
    }

    private struct Annotation {
        var id: TrackID?
        var track: TrackID?
        var picture = -1
        var category: Int?
        var segmentation = Segmentation.none
        var box: [Double] = []
    }

    private let document: MaskDocument
    private let pictures: [Picture]
    private let videoNames: [Int: String]
    private let labels: [Int: String]

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: String?, keepsGoing: Bool) throws -> RegionSource {
        try COCOReader(document).source(clip: clip, keepsGoing: keepsGoing)
    }

    private init(_ document: MaskDocument) throws {
        self.document = document
        var pictures: [Picture] = [], names: [Int: String] = [:], labels: [Int: String] = [:]
        try document.read { json in
            try json.object { json, key in
                switch key {
                case "images": try json.array { json, _ in pictures.append(try Self.picture(&json)) }
                case "videos":
                    try json.array { json, _ in
                        let video = try Self.video(&json)
                        names[video.id] = video.name
                    }
                case "categories": labels = try json.categories()
                default: try json.skip()
                }
            }
        }
        (self.pictures, videoNames, self.labels) = (pictures, names, labels)
    }

    /// A video's id, and its name without extension.
    private static func video(_ json: inout JSONReader) throws -> (id: Int, name: String?) {
        var id = -1, name: String?
        try json.object { json, key in
            switch key {
            case "id": id = try json.integer()
            case "name", "file_name": name = try json.optionalString() ?? name
            default: try json.skip()
            }
        }
        return (id, name.map(FileNames.stem))
    }

    private static func picture(_ json: inout JSONReader) throws -> Picture {
        var picture = Picture(), width: Int?, height: Int?, id: Int?, frameIndex: Int?, frameID: Int?
        try json.object { json, key in
            switch key {
            case "frame_index": frameIndex = try json.optionalInteger()
            case "frame_id": frameID = try json.optionalInteger()
            case "id": id = try json.integer()
            case "width": width = try json.optionalInteger()
            case "height": height = try json.optionalInteger()
            case "file_name": picture.file = try json.optionalString()
            case "video_id": picture.video = try json.optionalInteger()
            default: try json.skip()
            }
        }
        guard let id else { throw json.fault("an image without id", expected: "\"id\"") }
        picture.id = id
        picture.frame = frameIndex ?? frameID
        if let width, let height { picture.size = PictureSize(width: width, height: height) }
        return picture
    }

    /// The pictures of the clip, by id, each with its frame.
    private func frames(clip: String?) throws -> [Int: (frame: Int, size: PictureSize?)] {
        func group(_ picture: Picture) -> String {
            picture.video.map { "video \($0)" } ?? picture.file.flatMap(FileNames.folder) ?? "images"
        }
        let groups = Dictionary(grouping: pictures, by: group).sorted { $0.key < $1.key }
        let names = groups.map { name, members in
            let folder = members.first?.file.flatMap(FileNames.folder)
            return [members.first?.video.flatMap { videoNames[$0] }, folder, name].compactMap { $0 }
        }
        let chosen = groups[try VideoChoice(names: names).index(clip: clip, path: document.path)].value
        let numbers = chosen.compactMap { $0.file.flatMap { MaskFolder.frameNumber(in: FileNames.stem($0)) } }
        let areFrames = numbers.count == chosen.count && Set(numbers).count == chosen.count
        var result: [Int: (frame: Int, size: PictureSize?)] = [:]
        for (index, picture) in chosen.enumerated() {
            result[picture.id] = (picture.frame ?? (areFrames ? numbers[index] : index), picture.size)
        }
        return result
    }

    private func source(clip: String?, keepsGoing: Bool) throws -> RegionSource {
        var table = RegionTable(path: document.path, format: .coco, keepsGoing: keepsGoing)
        let frames = try frames(clip: clip)
        for (_, picture) in frames.sorted(by: { $0.value.frame < $1.value.frame }) {
            try table.annotate(frame: picture.frame)
            guard let size = picture.size else { continue }
            if let first = table.size, first != size {
                throw MaskError(
                    path: document.path, reason: .sizeDiffers(found: size, expected: first, other: "the first picture"))
            }
            table.size = size
        }
        var boxes = 0, untracked: Set<Int> = []
        try document.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, index in
                    let annotation = try Self.annotation(&json)
                    guard let frame = frames[annotation.picture]?.frame else { return }
                    if annotation.track == nil { untracked.insert(annotation.picture) }
                    let track = annotation.track ?? annotation.id ?? .number(index + 1)
                    table.declare(track, label: annotation.category.flatMap { labels[$0] })
                    var segmentation = annotation.segmentation
                    if case .none = segmentation, annotation.box.count == 4 {
                        segmentation = .polygons([annotation.box])
                        boxes += 1
                    }
                    try table.add(segmentation, to: track, frame: frame, place: "annotation \(index + 1), frame \(frame)")
                }
            }
        }
        guard untracked.count < 2 else {
            throw table.unusable("annotations without track_id in \(untracked.count) pictures", "track_id, to know an object again")
        }
        if boxes > 0 { table.note("\(boxes) annotations have a box only: the box is the mask") }
        return try table.source()
    }

    private static func annotation(_ json: inout JSONReader) throws -> Annotation {
        var annotation = Annotation()
        try json.object { json, key in
            switch key {
            case "id": annotation.id = try json.trackID()
            case "image_id": annotation.picture = try json.integer()
            case "category_id": annotation.category = try json.optionalInteger()
            case "track_id", "instance_id", "object_id": annotation.track = try json.optionalTrackID() ?? annotation.track
            case "attributes" where try json.kind() == .object:
                try json.object { json, key in
                    guard key == "track_id" else { return try json.skip() }
                    annotation.track = try json.optionalTrackID() ?? annotation.track
                }
            case "segmentation": annotation.segmentation = try json.segmentation()
            case "bbox": if try !json.null() { try json.array { json, _ in annotation.box.append(try json.number()) } }
            default: try json.skip()
            }
        }
        return annotation
    }
}
