import Imaging

/// The regions of `annotations.json`, a COCO file with masks of objects.
package struct DLCAnnotations: Sendable {
    package struct Picture: Equatable, Sendable {
        package let file: String
        package let size: PictureSize
    }

    package struct Region: Sendable {
        /// The annotation's number as text, used as key in the other files.
        package let key: String
        package let picture: Picture
        /// Size class "S", "M" or "L"; nil if the file does not say.
        package let size: String?
        /// Frequency of the class, "F", "C" or "R" (frequent, common, rare); nil if the file does not say.
        package let frequency: String?
        let segmentation: JSONPlace?
        /// Position in the file, for messages.
        let place: String

        /// - Throws: `InputError` for an invalid mask, or one of another size than the image.
        package func mask() throws -> RunLengthEncoding {
            guard let segmentation else {
                throw InputError(.invalid, "annotation \(key)", found: "no \"segmentation\"", expected: "runs or polygons of a mask")
            }
            return try RegionShape.segmentation(segmentation).runs(in: picture.size)
        }
    }

    /// In order of the images, and of annotations within an image.
    package let regions: [Region]

    /// - Throws: `InputError` for a missing or invalid file.
    package init(path: String) throws {
        let file = try JSONPlace(file: path, expected: "COCO annotations")
        if case .array = file.value { regions = try Self.listed(file) } else { regions = try Self.annotated(file) }
        guard !regions.isEmpty else { throw InputError(.invalid, path, found: "no annotation", expected: "one per region") }
    }

    /// Keys seen so far.
    private struct Keys {
        private var known: Set<String> = []

        /// - Throws: `InputError` for a duplicate key.
        mutating func new(_ key: String, _ annotation: JSONPlace) throws -> String {
            guard known.insert(key).inserted else {
                throw InputError(.invalid, annotation.place, found: "annotation \(key) twice", expected: "once")
            }
            return key
        }
    }

    /// Regions of a COCO file.
    private static func annotated(_ file: JSONPlace) throws -> [Region] {
        var pictures: [Int: Picture] = [:], order: [Int] = [], regions: [Int: [Region]] = [:], keys = Keys()
        for image in try file["images"].array() {
            let id = try image["id"].integer()
            guard pictures[id] == nil else { throw InputError(.invalid, image.place, found: "image \(id) twice", expected: "once") }
            pictures[id] = Picture(file: try image["file_name"].string(), size: try image.size())
            order.append(id)
        }
        for annotation in try file["annotations"].array() {
            let image = try annotation["image_id"], id = try image.integer()
            guard let picture = pictures[id] else { throw image.wrong(expected: "an image of the file") }
            regions[id, default: []].append(
                Region(
                    key: try keys.new("\(annotation["id"].integer())", annotation), picture: picture,
                    size: try annotation.optional("size")?.string(), frequency: try annotation.optional("frequency")?.string(),
                    segmentation: try annotation.optional("segmentation"), place: annotation.place))
        }
        return order.flatMap { regions[$0] ?? [] }
    }

    /// Regions of ParaDLC-Bench: a list of images with `annotations`, each with an `index` and a `mask_rle`. Its other files use
    /// keys `IMAGE_INDEX`.
    private static func listed(_ file: JSONPlace) throws -> [Region] {
        var keys = Keys()
        return try file.array().flatMap { image in
            let picture = Picture(file: try image["file_name"].string(), size: try image.size()), id = try image["image_id"].text()
            return try image["annotations"].array().map { annotation in
                Region(
                    key: try keys.new("\(id)_\(annotation["index"].text())", annotation), picture: picture, size: nil, frequency: nil,
                    segmentation: try annotation["mask_rle"], place: annotation.place)
            }
        }
    }
}
