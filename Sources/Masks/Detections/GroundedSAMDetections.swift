import Files
import Imaging

/// Grounded-SAM-2's folders: `json_data/mask_<frame>.json` with each object's name and box by id, and
/// `mask_data/mask_<frame>.npy` with the ids as a label image. Integer boxes are the first and last pixels of a mask.
///
/// Source: Grounded-SAM-2, `utils/mask_dictionary_model.py` and `grounded_sam2_tracking_demo_with_continuous_id.py`.
enum GroundedSAMDetections {
    static let documents = "json_data", arrays = "mask_data"

    private struct Entry {
        var identity: TrackID
        var label: String?
        /// Left, top, right and bottom as in the file.
        var corners: [Double?] = [nil, nil, nil, nil]
        var score: Double?

        /// The box; nil for an absent object.
        var box: Rectangle? {
            let edges = corners.compactMap(\.self)
            guard edges.count == 4, edges.contains(where: { $0 != 0 }) else { return nil }
            let last = edges.allSatisfy { $0 == $0.rounded() } ? 1.0 : 0
            return Rectangle(left: edges[0], top: edges[1], width: edges[2] - edges[0] + last, height: edges[3] - edges[1] + last)
        }
    }

    /// The folder that contains both folders, or one of them; nil for any other folder.
    static func place(of folder: String) -> (path: String, files: [String])? {
        let name = FileNames.lastPart(folder), isOne = name == documents || name == arrays
        let root = isOne ? String(folder.dropLast(folder.hasSuffix("/") ? name.count + 2 : name.count + 1)) : folder
        let base = root.isEmpty ? (folder.hasPrefix("/") ? "/" : ".") : root
        for (below, kind) in [(documents, "json"), (arrays, "npy")] {
            guard let listing = try? FolderListing(path: base + "/" + below) else { continue }
            let files = listing.files(withExtension: kind)
            if !files.isEmpty { return (base, files.map(listing.file)) }
        }
        return nil
    }

    /// - Parameters:
    ///   - path: folder that contains both folders.
    ///   - files: the frames' JSON files, or arrays if there are none.
    /// - Throws: `MaskError`.
    static func read(_ path: String, files: [String], clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: path, format: .groundedSAM2, keepsGoing: keepsGoing)
        let stems = files.map { FileNames.stem($0) }.map { $0.hasPrefix("mask_") ? String($0.dropFirst(5)) : $0 }
        let named: FrameNames
        do {
            named = try FrameNames(stems, stills: clip.frameOfStill)
        } catch {
            let index = switch error { case .noNumber(let index), .tooLarge(let index): index }
            throw MaskError(
                path: files.indices.contains(index) ? files[index] : path, found: "a name without the number of a frame",
                expected: "mask_<frame>, or mask_<name of a still>")
        }
        (table.isPlaced, table.isInOrder) = (named.arePlaced, named.areInOrder)
        if let note = named.note { table.note(note) }
        for (file, key) in zip(files, named.frames) {
            try table.attempt(FileNames.lastPart(file)) { table in try read(file, key: key, into: &table) }
        }
        return table
    }

    private static func read(_ file: String, key: Int, into table: inout DetectionTable) throws {
        let isArray = file.hasSuffix(".npy")
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        let array = isArray ? file : (folder.isEmpty ? "" : folder + "/") + arrays + "/" + FileNames.stem(file) + ".npy"
        let labels = FileStatus(array) == nil ? nil : try label(array)
        var (entries, size): ([Entry], PictureSize?) = isArray ? ([], nil) : try self.entries(file)
        if let labels {
            let found = PictureSize(width: labels.width, height: labels.height)
            if let size, size != found {
                throw MaskError(path: array, found: "labels of \(found)", expected: "\(size) as \(FileNames.lastPart(file)) says")
            }
            size = found
        }
        if let size { try table.take(size: size) }
        try table.annotate(frame: key)
        var masks: [TrackID: StoredMask] = [:]
        for region in labels.map(labelRegions) ?? [] {
            guard let labels, let mask = labels.stored(region) else { continue }
            masks[.number(Int(region.value))] = mask
        }
        let known = Set(entries.map(\.identity))
        entries += masks.keys.filter { !known.contains($0) }.sorted().map { Entry(identity: $0) }
        for entry in entries {
            let mask = masks[entry.identity]
            guard let box = entry.box ?? mask.map({ Rectangle($0.box) }) else { continue }
            try table.add(
                DetectionRow(
                    key: key, box: box, shape: mask.map(DetectedShape.mask) ?? .box, label: entry.label,
                    score: entry.score == 0 ? nil : entry.score, identity: entry.identity))
        }
    }

    private static func label(_ path: String) throws -> LabelImage {
        do {
            return try NumPyArray.labels(MaskDocument(path: path).bytes)
        } catch let error as InputError {
            throw MaskError(path: path, found: error.found ?? error.description, expected: error.expected ?? ".npy")
        }
    }

    private static func entries(_ path: String) throws -> ([Entry], PictureSize?) {
        var entries: [Entry] = [], width: Int?, height: Int?
        try MaskDocument(path: path).read { json in
            try json.object { json, key in
                switch key {
                case "mask_width": width = try json.optionalInteger()
                case "mask_height": height = try json.optionalInteger()
                case "labels" where try json.kind() == .object:
                    try json.object { json, key in entries.append(try entry(&json, key: key)) }
                default: try json.skip()
                }
            }
        }
        guard let width, let height else { return (entries, nil) }
        return (entries, PictureSize(width: width, height: height))
    }

    private static func entry(_ json: inout JSONReader, key: String) throws -> Entry {
        var entry = Entry(identity: Int(key).map(TrackID.number) ?? .name(key))
        try json.object { json, key in
            switch key {
            case "instance_id": entry.identity = try json.optionalTrackID() ?? entry.identity
            case "class_name": entry.label = try json.optionalString()
            case "x1": entry.corners[0] = try json.optionalNumber()
            case "y1": entry.corners[1] = try json.optionalNumber()
            case "x2": entry.corners[2] = try json.optionalNumber()
            case "y2": entry.corners[3] = try json.optionalNumber()
            case "logit": entry.score = try json.optionalNumber()
            default: try json.skip()
            }
        }
        return entry
    }
}

extension LabelImage {
    /// The mask of a region of this image.
    func stored(_ region: LabelRegion) -> StoredMask? {
        let box = region.box
        var pixels: [UInt8] = []
        pixels.reserveCapacity(box.width * box.height)
        for row in box.top..<box.bottom {
            pixels += values[row * width + box.left..<row * width + box.right].map { UInt32($0) == region.value ? 1 : 0 }
        }
        return StoredMask(
            Mask(width: box.width, height: box.height, pixels: pixels), left: box.left, top: box.top,
            in: PictureSize(width: width, height: height))
    }
}
