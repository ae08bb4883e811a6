import DescribeAnything
import Evaluation
import Imaging
import Presentation

extension RegionPictures {
    /// Height of a mark's number relative to the image's shorter side.
    private static let markShare = 0.12

    /// The images of one frame, in order.
    /// - Throws: `InputError` if the region is empty, or there is no font for a number.
    func views(_ picture: RGBImage, _ mask: Mask) throws -> [RGBImage] {
        guard let region = RegionPicture(picture,
            mask) else { throw InputError(.invalid, nil, found: "an empty mask", expected: "a region") }
        let around = CropMode.focalCrop.region(of: region.box, width: picture.width, height: picture.height)
        let crop = picture.cropped(to: around)
        switch kind {
        case .cropAndSegmented: return [crop, segmented(picture.cropped(to: region.box), mask.cropped(to: region.box))]
        case .outline: return [RegionPicture(crop, mask.cropped(to: around))?.outlined ?? crop]
        case .marks:
            let inside = mask.cropped(to: around)
            return [try numbered(RegionPicture(crop, inside)?.outlined ?? crop, inside)]
        }
    }

    /// The region without its surroundings.
    private func segmented(_ picture: RGBImage, _ mask: Mask) -> RGBImage {
        var pixels = picture.pixels
        let filling = [fill.colour.red, fill.colour.green, fill.colour.blue]
        for (place, value) in mask.pixels.enumerated() where value == 0 {
            for channel in 0..<3 { pixels[place * 3 + channel] = filling[channel] }
        }
        return RGBImage(width: picture.width, height: picture.height, pixels: pixels)
    }

    /// Draws a number at the centre of the region's box.
    private func numbered(_ picture: RGBImage, _ mask: Mask) throws -> RGBImage {
        guard let box = mask.boundingBox else { return picture }
        return try InputError.translating {
            let size = max(12, Self.markShare * Double(min(picture.width, picture.height)))
            let digit = try Typesetter().picture(of: "1", TextStyle(size: size, isBold: true, colour: Colour(0xFF, 0xFF, 0xFF)))
            var canvas = Canvas(picture)
            let left = box.left + (box.width - digit.width) / 2, top = box.top + (box.height - digit.height) / 2
            canvas.fill(BoundingBox(left: left, top: top, width: digit.width, height: digit.height), Colour(0, 0, 0))
            canvas.draw(digit, left: left, top: top)
            return canvas.image
        }
    }
}
