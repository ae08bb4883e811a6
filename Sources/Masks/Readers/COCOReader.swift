import Imaging

/// COCO for pictures: `images`, `annotations` with `image_id`, `segmentation` and the track they belong to, `categories`.
/// The track is `track_id` (or `instance_id`, `object_id`, or `attributes.track_id` as CVAT exports it); without any, when
/// one picture alone is annotated, each annotation is a track. An annotation with a box only has the box as mask.
///
/// Source: the COCO data format; CocoVID and CVAT for the fields of videos.
struct COCOReader {
    /// A clip's pictures.
    private struct Frames {
        /// Frames by image id.
        var byPicture: [Int: (frame: Int, size: PictureSize?)] = [:]
        /// True if the frames were found by the names of the clip's stills.
        var arePlaced = false
        /// True if the frames are positions in the sorted names.
        var areInOrder = false
        var note: String?
    }

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
        var picture: Int?
        var category: Int?
        var segmentation = Segmentation.none
        var box: [Double] = []
    }

    private let document: MaskDocument
    private let pictures: [Picture]
    private let videoNames: [Int: String]
    private let labels: [Int: String]

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> RegionSource {
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

    /// The pictures of the clip, each with its frame.
    /// - Throws: `MaskError` when pictures are of several clips, or two are one frame.
    private func frames(clip: ClipFacts) throws -> Frames {
        func group(_ picture: Picture) -> String {
            picture.video.map { "video \($0)" } ?? picture.file.map { $0.split(separator: "/").dropLast().joined(separator: "/") } ?? ""
        }
        let groups = Dictionary(grouping: pictures, by: group).sorted { $0.key < $1.key }
        let names = groups.map { name, members in
            let folders = members.first?.file?.split(separator: "/").dropLast().reversed().map(String.init) ?? []
            let path = name.isEmpty ? "images" : name
            guard let video = members.first?.video else { return [path] + folders }
            return [videoNames[video]].compactMap(\.self) + folders + [path]
        }
        let chosen = groups[try VideoChoice(names: names).index(clip: clip.name, path: document.path)].value
        let files = chosen.compactMap(\.file)
        let named = files.count == chosen.count ? try? FrameNames(files, stills: clip.frameOfStill) : nil
        try checkNames(files, named)
        var result = Frames(), pictureOfFrame: [Int: Picture] = [:]
        let areListed = chosen.contains { $0.frame == nil }
        for (index, picture) in chosen.enumerated() {
            let frame = areListed ? named?.frames[index] ?? index : picture.frame ?? index
            if let other = pictureOfFrame.updateValue(picture, forKey: frame) {
                throw MaskError(
                    path: document.path,
                    found: "images \(other.id) and \(picture.id) for the same frame, \(picture.file ?? String(frame))",
                    expected: "the images of one video (a video_id for each, or folders in file_name)")
            }
            result.byPicture[picture.id] = (frame, picture.size)
        }
        if areListed {
            (result.arePlaced, result.areInOrder) = (named?.arePlaced ?? false, named?.areInOrder ?? false)
            result.note = named.map(\.note) ?? "the images' names have no frame numbers: taken in the order of the file"
        }
        return result
    }

    /// - Throws: `MaskError` when two pictures that no number places have the same name.
    private func checkNames(_ files: [String], _ named: FrameNames?) throws {
        guard named == nil, let name = Dictionary(grouping: files, by: \.self).filter({ $1.count > 1 }).keys.min() else { return }
        throw MaskError(
            path: document.path, found: "two images called \(name)", expected: "a different file_name for each, or frame_index")
    }

    private func source(clip: ClipFacts, keepsGoing: Bool) throws -> RegionSource {
        var table = RegionTable(path: document.path, format: .coco, keepsGoing: keepsGoing)
        let found = try frames(clip: clip), frames = found.byPicture
        (table.isPlaced, table.isInOrder) = (found.arePlaced, found.areInOrder)
        if let note = found.note, frames.count > 1 { table.note(note) }
        for (_, picture) in frames.sorted(by: { $0.value.frame < $1.value.frame }) {
            try table.annotate(frame: picture.frame)
            guard let size = picture.size else { continue }
            if let first = table.size, first != size {
                throw MaskError(
                    path: document.path, reason: .sizeDiffers(found: size, expected: first, other: "the first picture"))
            }
            table.size = size
        }
        let known = Set(pictures.map(\.id))
        var dangling = DanglingAnnotations()
        var boxes = 0, untracked: Set<Int> = []
        try document.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, index in
                    let annotation = try Self.annotation(&json)
                    guard let picture = annotation.picture, let frame = frames[picture]?.frame else {
                        return dangling.count(annotation.picture, isMissing: annotation.picture.map { !known.contains($0) } ?? true)
                    }
                    dangling.total += 1
                    if annotation.track == nil { untracked.insert(picture) }
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
        if let problem = dangling.message {
            guard dangling.missing < dangling.total else { throw table.unusable(problem, "the images of the annotations") }
            table.leaveOut(problem)
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
            case "image_id": annotation.picture = try json.null() ? nil : try json.integer()
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

/// Annotations of pictures that the file does not have.
private struct DanglingAnnotations {
    /// Annotations of the clip and those of no picture.
    var total = 0
    private(set) var missing = 0
    private var pictures: Set<Int> = []

    mutating func count(_ picture: Int?, isMissing: Bool) {
        guard isMissing else { return }
        total += 1
        missing += 1
        if let picture { pictures.insert(picture) }
    }

    /// Note on annotations of images that the file does not have; nil if there are none.
    var message: String? {
        guard missing > 0 else { return nil }
        let shown = pictures.sorted().prefix(6).map(String.init) + (pictures.count > 6 ? ["..."] : [])
        return "\(missing) of \(total) annotations of images that are not in the file"
            + (shown.isEmpty ? " (without image_id)" : " (image_id \(shown.joined(separator: ", ")))")
    }
}
