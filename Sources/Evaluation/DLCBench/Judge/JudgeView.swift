import Files
import Imaging

/// Pictures that a judge is shown besides a caption: the region with its surroundings, and its mask.
struct JudgeView: Sendable {
    /// Least side of the box that the crop is made of, in pixels, as other users of the benchmark have it.
    private static let leastSide = 56
    /// Sides of the crop in sides of the box.
    private static let enlargement = 3

    private let regions: [String: DLCAnnotations.Region]
    private let pictures: DLCPictures

    /// - Parameter folder: the benchmark's, with `images/`.
    /// - Throws: `InputError` for a region without annotation or picture, before any is asked about.
    init(_ benchmark: DLCBenchmark, folder: String) throws {
        guard let annotations = benchmark.annotations else {
            throw InputError(.notFound, "\(folder)/annotations.json: no such file, expected it for the pictures that the judge sees")
        }
        regions = Dictionary(annotations.regions.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        pictures = DLCPictures(folder: folder)
        for key in benchmark.regions.map(\.key) {
            guard let region = regions[key] else {
                throw InputError(.invalid, "\(folder)/annotations.json", found: "no annotation \(key)", expected: "one for each region")
            }
            let path = pictures.path(of: region)
            guard FileStatus(path) != nil else { throw InputError(.notFound, "\(path): no such file") }
        }
    }

    /// Pictures and prompt about a region for the judge.
    func parts(of key: String, prompt: String) throws -> [ChatMessage.Part] {
        guard let region = regions[key], let shown = RegionPicture(try pictures.picture(of: region), try region.mask().mask) else {
            throw InputError(.invalid, "annotation \(key)", found: "an empty mask", expected: "a region that the judge can be shown")
        }
        let crop = shown.cropped(to: Self.crop(shown.box, in: region.picture.size))
        return [
            .text("The picture:\n"), try RegionPicture.part(crop.picture), .text("\nThe mask of the object in it:\n"),
            try RegionPicture.part(crop.mask), .text("\n\(prompt)\n"),
        ]
    }

    /// The part of a picture that is shown of a region.
    static func crop(_ box: BoundingBox, in size: PictureSize) -> BoundingBox {
        func span(_ start: Int, _ length: Int, _ limit: Int) -> Range<Int> {
            let centre = Double(start) + Double(length) / 2, length = max(length, leastSide)
            let start = Int(centre - Double(length) / 2)
            return max(start - length, 0)..<min(start + (enlargement - 1) * length, limit)
        }
        let columns = span(box.left, box.width, size.width), rows = span(box.top, box.height, size.height)
        return BoundingBox(left: columns.lowerBound, top: rows.lowerBound, width: columns.count, height: rows.count)
    }
}
