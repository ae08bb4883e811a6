import Imaging

/// A region in an annotation file, before it is rasterised.
enum RegionShape: Sendable {
    /// COCO's segmentation: runs as a string or a list, or corners of polygons.
    case segmentation(JSONPlace)
    /// Boxes whose union is the region, with their position in the file.
    case boxes([Rectangle], place: String)

    /// Rasterises the region; the result may be empty.
    /// - Throws: `InputError` for an invalid region, or another image size.
    func runs(in size: PictureSize) throws -> RunLengthEncoding {
        switch self {
        case .segmentation(let json):
            switch json.value {
            case .object: return try Self.runs(json, size)
            case .array: return try Self.polygons(json, size)
            case .null: return try Self.union([], size)
            default: throw json.wrong(expected: "runs, polygons or null")
            }
        case .boxes(let boxes, let place):
            return try Self.naming(place) {
                let parts = try boxes.map { box in
                    try Polygon.rasterized(box: (box.left, box.top, box.width, box.height), width: size.width, height: size.height)
                }
                return try Self.union(parts, size)
            }
        }
    }

    private static func runs(_ json: JSONPlace, _ size: PictureSize) throws -> RunLengthEncoding {
        let sides = try json["size"], counts = try json["counts"]
        guard try sides.array().map({ try $0.integer() }) == [size.height, size.width] else {
            throw sides.wrong(expected: "[\(size.height), \(size.width)], as the picture")
        }
        return try naming(counts.place) {
            guard case .array = counts.value else {
                return try RunLengthEncoding(width: size.width, height: size.height, counts: Array(counts.string().utf8))
            }
            let runs = try counts.array().map { run in
                guard let length = UInt32(exactly: try run.integer()) else { throw run.wrong(expected: "0 or more pixels") }
                return length
            }
            return try RunLengthEncoding(width: size.width, height: size.height, runs: runs)
        }
    }

    private static func polygons(_ json: JSONPlace, _ size: PictureSize) throws -> RunLengthEncoding {
        try union(json.array().map { part in
            let corners = try part.array().map { try $0.number() }
            guard corners.count >= 6, corners.count % 2 == 0 else {
                throw InputError(.invalid, part.place, found: "\(corners.count) numbers", expected: "x and y of three or more corners")
            }
            return try naming(part.place) { try Polygon.rasterized(corners, width: size.width, height: size.height) }
        }, size)
    }

    private static func union(_ parts: [RunLengthEncoding], _ size: PictureSize) throws -> RunLengthEncoding {
        guard let first = parts.first else {
            let pixels = try RunLengthEncoding.pixels(width: size.width, height: size.height)
            return try RunLengthEncoding(width: size.width, height: size.height, runs: [UInt32(pixels)])
        }
        return parts.dropFirst().reduce(first) { $0.union($1) }
    }

    /// Adds a location to errors without one.
    private static func naming<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as InputError where error.place == nil {
            throw InputError(.invalid, "\(place): \(error)")
        }
    }
}

extension JSONPlace {
    /// Reads a box `[left, top, width, height]` in pixels.
    func box() throws -> Rectangle {
        let numbers = try array().map { try $0.number() }
        guard numbers.count == 4, numbers[2] >= 0, numbers[3] >= 0 else { throw wrong(expected: "[left, top, width, height]") }
        return Rectangle(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3])
    }

    /// Reads an image's width and height, members of the object.
    func size() throws -> PictureSize {
        let sides = try ["width", "height"].map { key in
            let side = try self[key], length = try side.integer()
            guard length > 0 else { throw side.wrong(expected: "1 pixel or more") }
            return length
        }
        return PictureSize(width: sides[0], height: sides[1])
    }
}
