import Imaging

/// Images, videos and categories of a COCO file.
struct COCOPictures {
    /// The images of a clip.
    struct Frames {
        /// Frames by image id.
        var byPicture: [Int: (frame: Int, size: PictureSize?)] = [:]
        /// True if frames were matched by the names of the clip's stills.
        var arePlaced = false
        /// True if frames are positions in the sorted names.
        var areInOrder = false
        var note: String?
    }

    struct Picture {
        var id = -1
        var size: PictureSize?
        var file: String?
        var frame: Int?
        var video: Int?
    }

    private let document: MaskDocument
    private let videoNames: [Int: String]
    let pictures: [Picture]
    let labels: [Int: String]

    /// Reads everything but the annotations, which depend on it.
    /// - Throws: `MaskError`.
    init(_ document: MaskDocument) throws {
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

    /// The clip's images, each with its frame.
    /// - Throws: `MaskError` if images belong to several clips, or two to one frame.
    func frames(clip: ClipFacts) throws -> Frames {
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

    /// - Throws: `MaskError` if two images without a frame number have the same name.
    private func checkNames(_ files: [String], _ named: FrameNames?) throws {
        guard named == nil, let name = Dictionary(grouping: files, by: \.self).filter({ $1.count > 1 }).keys.min() else { return }
        throw MaskError(
            path: document.path, found: "two images called \(name)", expected: "a different file_name for each, or frame_index")
    }

}

/// Annotations of images missing from the file.
struct DanglingAnnotations {
    /// Annotations of the clip and of missing images.
    var total = 0
    private(set) var missing = 0
    private var pictures: Set<TrackID> = []

    /// Counts an annotation of an image that is not the clip's, unless it is one of `known`, the images of other clips.
    mutating func count(_ picture: TrackID?, known: Set<Int>) {
        if case .number(let number)? = picture, known.contains(number) { return }
        total += 1
        missing += 1
        if let picture { pictures.insert(picture) }
    }

    /// Note on annotations of missing images; nil if there are none.
    var message: String? {
        guard missing > 0 else { return nil }
        let shown = pictures.sorted().prefix(6).map(\.description) + (pictures.count > 6 ? ["..."] : [])
        return "\(missing) of \(total) annotations of images that are not in the file"
            + (shown.isEmpty ? " (without image_id)" : " (image_id \(shown.joined(separator: ", ")))")
    }
}
