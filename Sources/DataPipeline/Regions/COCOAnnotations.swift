import Evaluation
import Imaging
import Masks

/// Regions of COCO, LVIS and PACO files, of SA-1B's per-image files, and of lists of detections.
struct COCOAnnotations {
    let file: AnnotationFile
    let source: String
    private var media: MediaFolder
    private var isUnescaped = false

    init(_ file: AnnotationFile, source: String, media: String) throws {
        (self.file, self.source) = (file, source)
        self.media = try MediaFolder(media)
    }

    /// `images`, `annotations`, `categories`.
    mutating func read(into table: inout RegionTable) throws {
        let (pictures, names) = try AnnotatedPicture.all(in: file)
        try file.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, place in
                    try add(COCOAnnotation(&json), place, pictures, names.merging(table.settings.labels) { $1 }, &table)
                }
            }
        }
    }

    /// Reads a list of detections, whose images are listed in another file.
    mutating func readResults(pictures path: String?, into table: inout RegionTable) throws {
        guard let path else {
            throw InputError(.usage, file.path, found: "a list of detections", expected: "--images with the COCO file of their pictures")
        }
        let (pictures, names) = try AnnotatedPicture.all(in: AnnotationFile(path))
        try file.read { json in
            try json.array { json, place in
                try add(COCOAnnotation(&json), place, pictures, names.merging(table.settings.labels) { $1 }, &table)
            }
        }
    }

    /// Reads an SA-1B file: `image` and `annotations`.
    mutating func readOnePicture(into table: inout RegionTable) throws {
        var picture: AnnotatedPicture?, annotations: [COCOAnnotation] = []
        try file.read { json in
            try json.object { json, key in
                switch key {
                case "image": picture = try AnnotatedPicture(&json)
                case "annotations": try json.array { json, _ in annotations.append(try COCOAnnotation(&json)) }
                default: try json.skip()
                }
            }
        }
        guard let picture, let id = picture.id else {
            throw InputError(.invalid, file.path, found: "no \"image\" with an id", expected: "one")
        }
        for (place, var annotation) in annotations.enumerated() {
            annotation.picture = id
            try add(annotation, place, [id: picture], [:], &table)
        }
    }

    private mutating func add(
        _ annotation: COCOAnnotation, _ place: Int, _ pictures: [TrackID: AnnotatedPicture], _ names: [Int: String],
        _ table: inout RegionTable
    ) throws {
        let name = "\(file.path): annotation \(place + 1)"
        guard !annotation.isIgnored else { return table.tally.count("regions_dropped", "crowd") }
        guard let id = annotation.picture, let picture = pictures[id] else {
            throw InputError(.invalid, name, found: "an image missing from the file", expected: "one of \"images\"")
        }
        guard let size = picture.size, !picture.file.isEmpty else {
            throw InputError(.invalid, name, found: "an image without name or size", expected: "\"file_name\", \"width\" and \"height\"")
        }
        let category = annotation.label ?? annotation.category.map { names[$0] ?? "" }
        let (label, part) = ClassName.read(category ?? "")
        if let number = annotation.category, names[number] == nil, annotation.label == nil {
            throw InputError(.invalid, name, found: "category \(number) without a name",
                expected: "one of \"categories\", or --labels \(number)=NAME")
        }
        var region = RegionCandidate(
            id: "\(id)/\(annotation.id.map { "\($0)" } ?? "d\(place)")", path: try media.path(of: picture.file, place: name), size: size,
            kind: .image, label: label, part: part, score: annotation.score, maskScore: annotation.expectedIoU, masks: [])
        let runs: RunLengthEncoding?
        do {
            runs = try annotation.segmentation.region(size: size, isUnescaped: &isUnescaped)
        } catch { throw InputError(.invalid, "\(name): \(error)") }
        if let runs {
            region.masks = [FrameMask(frame: 0, runs: runs)]
            return try table.add(region, source: source)
        }
        guard annotation.box.count == 4 else { return table.tally.count("regions_dropped", "empty") }
        let box = Rectangle(left: annotation.box[0], top: annotation.box[1], width: annotation.box[2], height: annotation.box[3])
        guard let pixels = PixelBox.inside(box, size) else { return table.tally.count("regions_dropped", "empty") }
        try table.add(region, box: pixels, source: source)
    }
}

/// Boxes in integer pixels.
enum PixelBox {
    /// The pixels that a box touches; nil if it is invalid or lies outside the image.
    static func inside(_ box: Rectangle, _ size: PictureSize) -> BoundingBox? {
        let edges = [box.left, box.top, box.left + box.width, box.top + box.height]
        guard edges.allSatisfy({ abs($0) < 1e9 }) else { return nil }
        let left = max(0, Int(edges[0].rounded(.down))), top = max(0, Int(edges[1].rounded(.down)))
        let right = min(size.width, Int(edges[2].rounded(.up))), bottom = min(size.height, Int(edges[3].rounded(.up)))
        guard right > left, bottom > top else { return nil }
        return BoundingBox(left: left, top: top, width: right - left, height: bottom - top)
    }
}
