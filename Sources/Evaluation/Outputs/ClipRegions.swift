import Imaging
import Masks

/// Persons of HC-STVG: an object by clip with `bbox`, a box for each frame from the one-based `st_frame` on, and `caption` or
/// `English`; or a list with a `mask` in frame `frame_idx` of a `video`, a format used by others.
enum HCSTVGRegions {
    static func read(_ path: String) throws -> [OutputsRegion] {
        let document = try JSONPlace(file: path, expected: "HC-STVG's annotations: an object by clip, or a list")
        guard case .array = document.value else { return try document.members().map(tube) }
        return try document.array().enumerated().map { number, entry in
            let mask = try entry["mask"], frame = try ClipFrame.number(entry["frame_idx"])
            return OutputsRegion(
                key: "\(number)", file: try entry["video"].string(), size: try mask.maskSize(),
                shapes: [(frame, .segmentation(mask))], references: [try entry["caption"].string()], place: entry.place)
        }
    }

    private static func tube(_ video: String, _ entry: JSONPlace) throws -> OutputsRegion {
        let boxes = try entry["bbox"], start = try entry["st_frame"], first = try start.integer()
        guard (1...ClipFrame.largest).contains(first) else { throw start.wrong(expected: "the number of a frame, from 1") }
        let shapes = try boxes.array().enumerated().map { offset, box in
            (frame: first - 1 + offset, shape: RegionShape.boxes([try box.box()], place: box.place))
        }
        guard !shapes.isEmpty else { throw boxes.wrong(expected: "a box for each frame") }
        let caption = try entry.optional("caption") ?? entry.optional("English") ?? entry["caption"]
        return OutputsRegion(
            key: video, file: video, size: try size(entry), shapes: shapes, references: [try caption.string()], place: entry.place)
    }

    /// Reads `width` and `height`, or `img_size`: [height, width].
    private static func size(_ entry: JSONPlace) throws -> PictureSize {
        guard let sides = try entry.optional("img_size") else { return try entry.size() }
        let numbers = try sides.array().map { try $0.integer() }
        guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) else { throw sides.wrong(expected: "[height, width]") }
        return PictureSize(width: numbers[1], height: numbers[0])
    }
}

/// Objects of VideoRefer-Bench-D: a list with `id`, `video`, `caption` and `annotation`, a list of objects with a `segmentation`
/// by zero-based frame.
enum VideoReferRegions {
    static func read(_ path: String) throws -> [OutputsRegion] {
        try JSONPlace(file: path, expected: "VideoRefer-Bench's list").array().enumerated().map { number, entry in
            let objects = try entry["annotation"]
            guard let object = try objects.array().first, try objects.array().count == 1 else {
                throw objects.wrong(expected: "one object")
            }
            var size: PictureSize?
            let shapes = try object.members().map { key, value in
                guard let frame = Int(key), (0...ClipFrame.largest).contains(frame) else {
                    throw InputError(.invalid, value.place, found: "the key \"\(key.prefix(32))\"", expected: "a frame's number")
                }
                let mask = value.value == .null ? value : try value["segmentation"]
                if mask.value != .null { size = try size ?? mask.maskSize() }
                return (frame: frame, shape: RegionShape.segmentation(mask))
            }
            return OutputsRegion(
                key: try entry.optional("id")?.text() ?? "\(number)", file: try entry["video"].string(), size: size,
                shapes: shapes.sorted { $0.frame < $1.frame }, references: [try entry["caption"].string()], place: entry.place)
        }
    }
}

/// Frame numbers in annotation files.
enum ClipFrame {
    /// Upper bound beyond any clip: a day at a thousand frames per second.
    static let largest = 86_400_000

    static func number(_ json: JSONPlace) throws -> Int {
        guard let frame = Int(try json.text()), (0...largest).contains(frame) else {
            throw json.wrong(expected: "a frame's number, from 0")
        }
        return frame
    }
}

extension JSONPlace {
    /// The size given with the runs of a mask.
    func maskSize() throws -> PictureSize {
        let size = try self["size"], sides = try size.array().map { try $0.integer() }
        guard sides.count == 2, sides.allSatisfy({ $0 > 0 }) else { throw size.wrong(expected: "[height, width]") }
        return PictureSize(width: sides[1], height: sides[0])
    }
}
