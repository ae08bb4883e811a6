import Detectors
import Imaging
import Masks
import Media
import ObjectTracking
import SegmentAnything

/// The region of one image, and how it was found.
struct PictureRegion {
    enum Source: String, Encodable {
        case alpha, region, marker, detector
        /// The object in the middle of a crop.
        case centre
        case whole
    }

    let mask: Mask
    let source: Source
    /// True if SAM 2 segmented it from the given prompt.
    var isSegmented = false
    /// The detector's label for the object.
    var label: String?
}

/// Finds the region that a request refers to in an image. Slow: decodes the image and may run models.
struct RegionFinder {
    let engine: ServerEngine
    let region: RegionRequest?
    let marker: RegionMarker?
    /// Field of the request that holds the image.
    let param: String

    /// Minimum score of a detected object.
    static let leastScore: Float = 0.3

    /// - Parameter file: path of an image in any format FFmpeg decodes.
    /// - Throws: `APIError` 400 if it is not an image, 422 for a region that is empty or outside it.
    func picture(_ file: String) throws -> (picture: RGBImage, region: PictureRegion) {
        let (picture, alpha) = try ImageDecoder.rgbWithAlphaMask(path: file)
        if let alpha, alpha.area < alpha.width * alpha.height {
            guard alpha.boundingBox != nil else { throw empty("an alpha channel that is 0 everywhere", "one that is not on the object") }
            return (picture, PictureRegion(mask: alpha, source: .alpha))
        }
        if region == nil, isCrop(picture, file) { return (picture, try centre(of: picture)) }
        return (picture, try found(in: picture))
    }

    /// True if an image shows one object in its centre, and the request does not locate it otherwise.
    private func isCrop(_ picture: RGBImage, _ file: String) -> Bool {
        let isJPEG = UploadContent.type(of: file) == "image/jpeg"
        return ObjectCrop.isLikely(picture, isMarked: marker?.id != nil, isJPEG: isJPEG && marker?.box == nil)
    }

    /// The region of an image without an alpha channel, or with a fully opaque one.
    func found(in picture: RGBImage) throws -> PictureRegion {
        if let region { return try drawn(region, in: picture, .region) }
        let size = PictureSize(width: picture.width, height: picture.height)
        if let box = marker?.box(in: size) { return try drawn(.box(box), in: picture, .marker) }
        if marker != nil { return try centre(of: picture) }
        return try detected(in: picture) ?? PictureRegion(mask: .whole(picture), source: .whole)
    }

    /// The object in the centre: from the detector, from SAM 2, or else the crop's expected rectangle.
    private func centre(of picture: RGBImage) throws -> PictureRegion {
        if let object = try detected(in: picture) { return object }
        let middle = ObjectCrop.middle(of: picture)
        if let segmentation = engine.segmentation {
            let point = PicturePrompt.Point(x: Double(picture.width) / 2, y: Double(picture.height) / 2)
            let box = middle.pixels(in: PictureSize(width: picture.width, height: picture.height))
            // SAM 2 found no object there, so the rectangle itself is used.
            if let mask = try? segmented(PicturePrompt(points: [point], box: box), segmentation, picture) {
                return PictureRegion(mask: mask, source: .centre, isSegmented: true)
            }
        }
        let size = PictureSize(width: picture.width, height: picture.height)
        guard let box = middle.pixels(in: size) else { return PictureRegion(mask: .whole(picture), source: .whole) }
        return PictureRegion(mask: Region.Shape.box(box).mask(in: size), source: .centre)
    }

    /// The detector's most central object; nil if there is none.
    private func detected(in picture: RGBImage) throws -> PictureRegion? {
        guard let object = try centralObject(in: picture) else { return nil }
        var region = try object.mask.map { PictureRegion(mask: $0, source: .detector) } ?? drawn(.box(object.box), in: picture, .detector)
        region.label = object.label
        return region
    }

    /// The detected object closest to the image's centre, preferably one with the marker's label.
    private func centralObject(in picture: RGBImage) throws -> PictureDetection? {
        let size = PictureSize(width: picture.width, height: picture.height)
        func distance(_ box: Rectangle) -> Double {
            let x = box.left + box.width / 2 - Double(picture.width) / 2, y = box.top + box.height / 2 - Double(picture.height) / 2
            return x * x + y * y
        }
        let all = try engine.detector?.detector.detections(in: picture, threshold: Self.leastScore)
            .filter { $0.mask.map { $0.boundingBox != nil } ?? ($0.box.pixels(in: size) != nil) } ?? []
        let named = all.filter { $0.label.lowercased() == marker?.label?.lowercased() }
        return (named.isEmpty ? all : named).min { distance($0.box) < distance($1.box) }
    }

    private func drawn(_ region: RegionRequest, in picture: RGBImage, _ source: PictureRegion.Source) throws -> PictureRegion {
        let size = PictureSize(width: picture.width, height: picture.height), mask: Mask
        switch region {
        case .box(let rectangle):
            guard let box = rectangle.pixels(in: size) else { throw outside(size) }
            if let segmentation = engine.segmentation {
                return PictureRegion(mask: try segmented(PicturePrompt(box: box), segmentation, picture), source: source, isSegmented: true)
            }
            mask = Region.Shape.box(box).mask(in: size)
        case .points(let points):
            guard let segmentation = engine.segmentation else {
                throw APIError(
                    400, "region: found a point, expected a box, polygon or rle, or a server started with --sam", param: "region",
                    code: "no_segmentation")
            }
            let prompt = PicturePrompt(points: points.map(\.prompt))
            return PictureRegion(mask: try segmented(prompt, segmentation, picture), source: source, isSegmented: true)
        case .polygon(let outlines):
            mask = try outlines.map { try Region.Shape.polygon(coordinates: $0).mask(in: size) }.united
        case .runs(let runs):
            guard runs.width == size.width, runs.height == size.height else {
                throw APIError(
                    422, "region: found a mask of \(runs.width)x\(runs.height), expected \(size) as \(param)", param: "region",
                    code: "region_size")
            }
            mask = runs.mask
        }
        guard mask.boundingBox != nil else { throw outside(size) }
        return PictureRegion(mask: mask, source: source)
    }

    private func segmented(_ prompt: PicturePrompt, _ model: SegmentationModel, _ picture: RGBImage) throws -> Mask {
        do {
            return try model.mask(of: prompt, in: picture, path: param)
        } catch let error as InputError where error.category == .invalid {
            throw APIError(422, error.description, param: "region", code: "region_outside")
        }
    }

    private func outside(_ size: PictureSize) -> APIError {
        empty("a region without a pixel of the picture", "one inside its \(size) pixels")
    }

    private func empty(_ found: String, _ expected: String) -> APIError {
        APIError(422, "\(param): found \(found), expected \(expected)", param: "region", code: "region_empty")
    }
}

extension Mask {
    /// A mask of the whole image.
    static func whole(_ picture: RGBImage) -> Mask {
        Mask(width: picture.width, height: picture.height, pixels: [UInt8](repeating: 1, count: picture.width * picture.height))
    }
}

extension RegionRequest.Point {
    var prompt: PicturePrompt.Point { PicturePrompt.Point(x: x, y: y, isForeground: isForeground) }
}

extension [Mask] {
    /// Union of the masks, which must be of one size and not empty.
    fileprivate var united: Mask {
        guard count > 1 else { return self[0] }
        var pixels = self[0].pixels
        for mask in dropFirst() {
            for (index, value) in mask.pixels.enumerated() where value != 0 { pixels[index] = 1 }
        }
        return Mask(width: self[0].width, height: self[0].height, pixels: pixels)
    }
}
