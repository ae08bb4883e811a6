import Imaging

/// COCO as detections: a list of results with `image_id`, `category_id`, `bbox` and `score`, or `images`, `annotations` and
/// `categories`. Boxes are `[left, top, width, height]` in zero-based pixels. Crowds and annotations marked as ignored are kept
/// separately.
///
/// Source: the COCO results format (cocodataset.org, "Results Format").
enum COCODetections {
    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: document.path, format: .coco, keepsGoing: keepsGoing)
        if document.isList {
            try readResults(document, clip: clip, into: &table)
        } else {
            try readAnnotations(document, clip: clip, into: &table)
        }
        if !table.ignored.isEmpty {
            table.note("\(table.ignored.count) annotations are of crowds or marked to be ignored: left out")
        }
        return table
    }

    private static func readAnnotations(_ document: MaskDocument, clip: ClipFacts, into table: inout DetectionTable) throws {
        let content = try COCOPictures(document), found = try content.frames(clip: clip)
        (table.isPlaced, table.isInOrder) = (found.arePlaced, found.areInOrder)
        if let note = found.note, found.byPicture.count > 1 { table.note(note) }
        for (frame, size) in found.byPicture.values {
            try table.annotate(frame: frame)
            if let size { try table.take(size: size) }
        }
        let known = Set(content.pictures.map(\.id))
        var dangling = DanglingAnnotations()
        try document.read { json in
            try json.object { json, key in
                guard key == "annotations" else { return try json.skip() }
                try json.array { json, index in
                    let annotation = try COCOAnnotation(&json)
                    guard case .number(let picture)? = annotation.picture, let frame = found.byPicture[picture]?.frame else {
                        return dangling.count(annotation.picture, known: known)
                    }
                    dangling.total += 1
                    try table.attempt("annotation \(index + 1)") { table in
                        try add(annotation, key: frame, label: annotation.category.flatMap { content.labels[$0] }, to: &table)
                    }
                }
            }
        }
        guard let problem = dangling.message else { return }
        guard dangling.missing < dangling.total else { throw table.unusable(problem, "the images of the annotations") }
        table.leaveOut(problem)
    }

    private static func readResults(_ document: MaskDocument, clip: ClipFacts, into table: inout DetectionTable) throws {
        var results: [COCOAnnotation] = []
        try document.read { json in
            try json.array { json, index in
                results.append(try COCOAnnotation(&json))
                guard results[index].picture != nil else { throw json.fault("a result without image_id", expected: "one") }
            }
        }
        let keys = try frames(of: Set(results.compactMap(\.picture)), clip: clip, in: &table)
        for (index, result) in results.enumerated() {
            guard let picture = result.picture, let key = keys[picture] else { continue }
            try table.attempt("result \(index + 1)") { table in try add(result, key: key, label: nil, to: &table) }
        }
        if results.contains(where: { $0.label == nil && $0.category != nil }) {
            table.note("categories are numbers, whose names the file does not have")
        }
    }

    /// Frame keys of images known only by their ids: numbers, or names that contain numbers.
    private static func frames(
        of pictures: Set<TrackID>, clip: ClipFacts, in table: inout DetectionTable
    ) throws -> [TrackID: Int] {
        let ids = pictures.sorted()
        let numbers = ids.compactMap { if case .number(let number) = $0 { number } else { nil } }
        if numbers.count == ids.count { return Dictionary(uniqueKeysWithValues: zip(ids, numbers)) }
        let names = ids.map(\.description)
        do {
            let named = try FrameNames(names, stills: clip.frameOfStill)
            (table.isPlaced, table.isInOrder) = (named.arePlaced, named.areInOrder)
            if let note = named.note { table.note(note) }
            return Dictionary(uniqueKeysWithValues: zip(ids, named.frames))
        } catch {
            let index = switch error { case .noNumber(let index), .tooLarge(let index): index }
            throw table.unusable(
                "image_id \"\(names.indices.contains(index) ? names[index] : "")\"", "frame numbers, or names with frame numbers")
        }
    }

    /// - Throws: `InputError` for an annotation without a box.
    private static func add(_ annotation: COCOAnnotation, key: Int, label: String?, to table: inout DetectionTable) throws {
        let shape = DetectedShape(annotation.segmentation)
        if let size = annotation.segmentation.size { try table.take(size: size) }
        let number = annotation.category.map(String.init)
        var row = DetectionRow(
            key: key, box: Rectangle(left: 0, top: 0, width: 0, height: 0), shape: shape, label: annotation.label ?? label ?? number,
            score: annotation.score, identity: annotation.track)
        if annotation.box.count == 4 {
            row.box = Rectangle(
                left: annotation.box[0], top: annotation.box[1], width: annotation.box[2], height: annotation.box[3])
        } else {
            guard annotation.box.isEmpty, let box = try shape.box else {
                throw InputError(found: annotation.box.isEmpty ? "no bbox" : "a bbox of \(annotation.box.count) numbers",
                    expected: "[left, top, width, height]")
            }
            row.box = box
        }
        try table.add(row, isIgnored: annotation.isIgnored)
    }
}
