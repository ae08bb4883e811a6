import Files
import Imaging

/// Images shown to a judge with a caption: the region with its surroundings, and its mask.
struct JudgeView: Sendable {
    /// Minimum side of the box for the crop in pixels, as in other implementations of the benchmark.
    private static let leastSide = 56
    /// Ratio of the crop's sides to the box's.
    private static let enlargement = 3

    private let regions: [String: DLCAnnotations.Region]
    private let pictures: DLCPictures

    /// - Parameter folder: the benchmark's folder, with `images/`.
    /// - Throws: `InputError` for a region without annotation or image, before any question is asked.
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

    /// Images and prompt about a region for the judge.
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

    /// The part of an image to show for a region.
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
