import Files
import Foundation
import Imaging
import Media
import Presentation

/// Writes the report of a benchmark's regions as one HTML file without network access or scripts.
package struct DLCPageFile {
    /// Longer side of the images in pixels: enough to see the object, at a few megabytes per hundred regions.
    private static let longSide = 480
    /// JPEG quantiser scale, from 2 (best) to 31.
    private static let quantiser = 6

    /// Orange, which is visible on most images and distinguishable with red-green colour blindness.
    private static let outline = Colour(0xFF, 0x9F, 0x1C)

    private let page: DLCPage
    private let results: [DLCRegionResult]
    private let regions: [String: DLCAnnotations.Region]
    private let images: String?

    /// - Parameters:
    ///   - folder: folder with `images/`; missing images are left out.
    ///   - others: results to compare with.
    package init(
        _ results: [DLCRegionResult], _ report: DLCReport, annotations: DLCAnnotations?, folder: String?, title: String,
        others: [DLCRegionResult]
    ) {
        page = DLCPage(
            report: report, title: title, others: Dictionary(others.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first }))
        // Unrecognised regions come first, then those with the lowest scores.
        let ranked = results.enumerated().map { place, result in
            (rank: (result.isRecognised ? 1 : 0, result.score, place), result: result)
        }
        self.results = ranked.sorted { $0.rank < $1.rank }.map(\.result)
        regions = Dictionary((annotations?.regions ?? []).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        images = folder.map { $0 + "/images" }
    }

    /// - Throws: `InputError` if it cannot be written, or an image or mask is invalid.
    package func write(to path: String, replaces: Bool) throws {
        let names = Set(results.compactMap(\.name)).sorted()
        try OutputFile.write(path, replaces: replaces) { target in
            let file = try target.open()
            func write(_ text: String) throws {
                try OutputFile.translating(path) { try file.write(contentsOf: Data(text.utf8)) }
            }
            try write(page.head(names))
            for result in results { try write(page.region(result, names: names, images: pictures(of: result, path))) }
            try write(page.end)
        }
    }

    private func pictures(of result: DLCRegionResult, _ page: String) throws -> DLCPage.Images? {
        guard let images, let region = regions[result.key] else { return nil }
        let path = images + "/" + region.picture.file
        guard FileStatus(path) != nil else { return nil }
        return try InputError.translating {
            let picture = try ImageDecoder.rgb(path: path), mask = try region.mask().mask
            guard picture.width == mask.width, picture.height == mask.height, let box = mask.boundingBox else { return nil }
            let whole = BoundingBox(left: 0, top: 0, width: picture.width, height: picture.height)
            let margin = max(box.width, box.height, 24) / 2
            let crop = box.grown(by: margin, within: whole) ?? whole
            return DLCPage.Images(
                whole: try jpeg(picture, mask, page), crop: try jpeg(picture.cropped(to: crop), mask.cropped(to: crop), page))
        }
    }

    private func jpeg(_ picture: RGBImage, _ mask: Mask, _ page: String) throws -> Data {
        let scale = min(1, Double(Self.longSide) / Double(max(picture.width, picture.height)))
        let size = PictureSize(
            width: max(1, Int((Double(picture.width) * scale).rounded())), height: max(1, Int((Double(picture.height) * scale).rounded())))
        let pixels = resizeBicubic(
            picture.pixels, width: picture.width, height: picture.height, channels: 3, outputWidth: size.width, outputHeight: size.height)
        var canvas = Canvas(RGBImage(width: size.width, height: size.height, pixels: pixels))
        let style = OutlineStyle(shortSide: min(size.width, size.height))
        if let outline = Outline(mask.reduced(width: size.width, height: size.height), margin: Int(style.rim.rounded(.up)) + 1) {
            canvas.draw(outline, Self.outline, style)
        }
        return Data(try JPEGEncoder(size: size, quantiser: Self.quantiser, path: page).jpeg(canvas.image))
    }
}
