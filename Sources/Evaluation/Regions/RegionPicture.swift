import Foundation
import Imaging
import Media

/// An image with one of its regions, and renderings of it for services that do not support masks.
package struct RegionPicture: Sendable {
    package let picture: RGBImage
    /// The region's mask, of the image's size and not empty.
    package let mask: Mask
    package let box: BoundingBox

    /// Red, as commonly used to mark objects for such services.
    private static let outline = Colour(0xFF, 0, 0)
    /// Longest side of a sent image in pixels: services reduce larger ones, each in its own way.
    private static let longestSide = 2048
    /// JPEG quantiser scale, from 2 (best) to 31.
    private static let quantiser = 2

    /// - Returns: nil for an empty mask.
    package init?(_ picture: RGBImage, _ mask: Mask) {
        guard let box = mask.boundingBox else { return nil }
        (self.picture, self.mask, self.box) = (picture, mask, box)
    }

    /// The image and its mask, cropped.
    package func cropped(to box: BoundingBox) -> (picture: RGBImage, mask: RGBImage) {
        let part = mask.cropped(to: box)
        let white = part.pixels.flatMap { value in repeatElement(value * 255, count: 3) }
        return (picture.cropped(to: box), RGBImage(width: part.width, height: part.height, pixels: white))
    }

    /// The image, black outside the region.
    package var masked: RGBImage { picture.masked(by: mask) }

    /// The image with the region's outline.
    package var outlined: RGBImage {
        var style = OutlineStyle(shortSide: min(picture.width, picture.height))
        // No fill, because questions may be about the region's colours.
        style.fillOpacity = 0
        var canvas = Canvas(picture)
        if let outline = Outline(mask, margin: Int(style.rim.rounded(.up)) + 1) { canvas.draw(outline, Self.outline, style) }
        return canvas.image
    }

    /// Scale factor from the image to the one sent.
    static func scale(of picture: RGBImage) -> Double {
        min(1, Double(longestSide) / Double(max(picture.width, picture.height)))
    }

    /// Size in which an image is sent.
    static func sentSize(of picture: RGBImage) -> PictureSize {
        let scale = scale(of: picture)
        return PictureSize(
            width: max(1, Int((Double(picture.width) * scale).rounded())), height: max(1, Int((Double(picture.height) * scale).rounded())))
    }

    /// An image as part of a message.
    package static func part(_ picture: RGBImage) throws -> ChatMessage.Part {
        let size = sentSize(of: picture)
        let sent = size.width == picture.width && size.height == picture.height ? picture : RGBImage(
            width: size.width, height: size.height,
            pixels: resizeBicubic(
                picture.pixels, width: picture.width, height: picture.height, channels: 3, outputWidth: size.width,
                outputHeight: size.height))
        return .picture(Data(try InputError.translating {
            try JPEGEncoder(size: size, quantiser: quantiser, path: "a picture for the service").jpeg(sent)
        }))
    }
}
