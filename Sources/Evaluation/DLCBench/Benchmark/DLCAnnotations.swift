import Imaging

/// The regions of `annotations.json`, a COCO file: masks of objects in pictures.
package struct DLCAnnotations: Sendable {
    package struct Picture: Equatable, Sendable {
        package let file: String
        package let size: PictureSize
    }

    package struct Region: Sendable {
        /// The annotation's number as a text, by which the other files call it.
        package let key: String
        package let picture: Picture
        /// "S", "M" or "L"; nil where the file does not say.
        package let size: String?
        /// "F", "C" or "R": how frequent the class is; nil where the file does not say.
        package let frequency: String?
        let segmentation: JSONPlace?

        /// - Throws: `InputError` for what is no mask of the picture's size.
        package func mask() throws -> RunLengthEncoding {
            guard let segmentation else {
                throw InputError(.invalid, "annotation \(key)", found: "no \"segmentation\"", expected: "runs or polygons of a mask")
            }
            return try RegionShape.segmentation(segmentation).runs(in: picture.size)
        }
    }

    /// In the order of the pictures, and of each picture's annotations.
    package let regions: [Region]

    /// - Throws: `InputError` for a file that is missing or not COCO's.
    package init(path: String) throws {
        let file = try JSONPlace(file: path, expected: "COCO annotations")
        var pictures: [Int: Picture] = [:], order: [Int] = [], regions: [Int: [Region]] = [:], keys: Set<String> = []
        for image in try file["images"].array() {
            let id = try image["id"].integer()
            guard pictures[id] == nil else { throw InputError(.invalid, image.place, found: "image \(id) twice", expected: "once") }
            pictures[id] = Picture(file: try image["file_name"].string(), size: try image.size())
            order.append(id)
        }
        for annotation in try file["annotations"].array() {
            let image = try annotation["image_id"], key = "\(try annotation["id"].integer())", id = try image.integer()
            guard let picture = pictures[id] else { throw image.wrong(expected: "an image of the file") }
            guard keys.insert(key).inserted else {
                throw InputError(.invalid, annotation.place, found: "annotation \(key) twice", expected: "once")
            }
            regions[id, default: []].append(
                Region(
                    key: key, picture: picture, size: try annotation.optional("size")?.string(),
                    frequency: try annotation.optional("frequency")?.string(),
                    segmentation: try annotation.optional("segmentation")))
        }
        self.regions = order.flatMap { regions[$0] ?? [] }
        guard !self.regions.isEmpty else { throw InputError(.invalid, path, found: "no annotation", expected: "one a region") }
    }
}
