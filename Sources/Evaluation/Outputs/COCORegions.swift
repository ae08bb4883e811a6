import Imaging

/// Regions of a COCO file: `images`, `annotations` with a `segmentation` or at least a `bbox`, `categories`.
enum COCORegions {
    /// Images by id.
    struct Pictures {
        private(set) var files: [Int: (file: String, size: PictureSize, json: JSONPlace)] = [:]

        init(_ document: JSONPlace) throws {
            for image in try document["images"].array() {
                let id = try image["id"].integer()
                guard files[id] == nil else { throw InputError(.invalid, image.place, found: "image \(id) twice", expected: "once") }
                files[id] = (try Self.file(image), try image.size(), image)
            }
        }

        /// - Throws: `InputError` for an annotation of an image missing from the file.
        func picture(of annotation: JSONPlace) throws -> (file: String, size: PictureSize, json: JSONPlace) {
            let id = try annotation["image_id"]
            guard let picture = files[try id.integer()] else { throw id.wrong(expected: "an image of the file") }
            return picture
        }

        /// LVIS gives only a URL to load an image from: `http://.../val2017/NAME`.
        private static func file(_ image: JSONPlace) throws -> String {
            if let name = try image.optional("file_name") { return try name.string() }
            guard let address = try image.optional("coco_url") else { return try image["file_name"].string() }
            return try address.string().split(separator: "/").suffix(2).joined(separator: "/")
        }
    }

    /// Regions in the order of the annotations; the class name is the reference.
    static func read(_ document: JSONPlace) throws -> [OutputsRegion] {
        let pictures = try Pictures(document)
        var names: [Int: String] = [:]
        for category in try document.optional("categories")?.array() ?? [] {
            names[try category["id"].integer()] = try category["name"].string()
        }
        return try document["annotations"].array().map { annotation in
            let picture = try pictures.picture(of: annotation)
            let category = try annotation.optional("category_id")?.integer()
            return OutputsRegion(
                key: "\(try annotation["id"].integer())", file: picture.file, size: picture.size, shape: try shape(of: annotation),
                references: category.flatMap { names[$0] }.map { [$0] } ?? [], place: annotation.place)
        }
    }

    /// The mask of an annotation, or else its box.
    static func shape(of annotation: JSONPlace) throws -> RegionShape {
        if let mask = try annotation.optional("segmentation"), mask.value != .null { return .segmentation(mask) }
        guard let box = try annotation.optional("bbox") else {
            throw InputError(.invalid, annotation.place, found: "no \"segmentation\" and no \"bbox\"", expected: "one of them")
        }
        return .boxes([try box.box()], place: box.place)
    }
}

/// Regions with class names, of LVIS and PACO: Osprey's lists of images, each with `file_name`, `height`, `width`, `categories`
/// (names) and an equal number of `annotations`; or COCO annotations. Source: Osprey, `lvis_val_1k_category.json`.
enum KeywordRegions {
    static func read(_ path: String) throws -> [OutputsRegion] {
        let document = try JSONPlace(file: path, expected: "a list of pictures with categories, or COCO annotations")
        guard case .array = document.value else { return try COCORegions.read(document) }
        var regions: [OutputsRegion] = []
        for picture in try document.array() {
            let names = try picture["categories"].array(), annotations = try picture["annotations"].array()
            guard names.count == annotations.count else {
                throw InputError(
                    .invalid, picture.place, found: "\(names.count) categories and \(annotations.count) annotations",
                    expected: "equal numbers")
            }
            let file = try picture["file_name"].string(), size = try picture.size()
            for (name, annotation) in zip(names, annotations) {
                // Numbered consecutively, as in the published scores.
                regions.append(OutputsRegion(
                    key: "\(regions.count)", file: file, size: size, shape: try COCORegions.shape(of: annotation),
                    references: [try name.string()], place: annotation.place))
            }
        }
        return regions
    }
}
