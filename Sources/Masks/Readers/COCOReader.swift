import Imaging

/// COCO for images: `images`, `annotations` with `image_id`, `segmentation` and a track, and `categories`. The track is
/// `track_id` (or `instance_id`, `object_id`, or `attributes.track_id` as exported by CVAT); without one, if only one image is
/// annotated, each annotation is a track. For an annotation with only a box, the box is the mask.
///
/// Source: the COCO data format; CocoVID and CVAT for the fields of videos.
struct COCOReader {
    private let document: MaskDocument
    private let content: COCOPictures

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> RegionSource {
        try COCOReader(document: document, content: COCOPictures(document)).source(clip: clip, keepsGoing: keepsGoing)
    }

    private func source(clip: ClipFacts, keepsGoing: Bool) throws -> RegionSource {
        var table = RegionTable(path: document.path, format: .coco, keepsGoing: keepsGoing)
        let found = try content.frames(clip: clip), frames = found.byPicture
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
        let known = Set(content.pictures.map(\.id))
        var dangling = DanglingAnnotations()
        var boxes = 0, untracked: Set<Int> = []
        try document.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, index in
                    let annotation = try COCOAnnotation(&json)
                    guard case .number(let picture)? = annotation.picture, let frame = frames[picture]?.frame else {
                        return dangling.count(annotation.picture, known: known)
                    }
                    dangling.total += 1
                    if annotation.track == nil { untracked.insert(picture) }
                    let track = annotation.track ?? annotation.id ?? .number(index + 1)
                    table.declare(track, label: annotation.category.flatMap { content.labels[$0] })
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
}
