import Foundation
import Imaging
import Media

/// A picture with one of its regions, and what services that know no masks are shown of it.
package struct RegionPicture: Sendable {
    package let picture: RGBImage
    /// The region, of the picture's size, and not empty.
    package let mask: Mask
    package let box: BoundingBox

    /// Red, as region models' users mark objects for services.
    private static let outline = Colour(0xFF, 0, 0)
    /// Longest side of a picture that is sent, in pixels: services reduce larger ones, each in its own way.
    private static let longestSide = 2048
    /// Quality of the JPEGs, 2 (best) to 31.
    private static let quantiser = 2

    /// - Returns: nil for an empty mask.
    package init?(_ picture: RGBImage, _ mask: Mask) {
        guard let box = mask.boundingBox else { return nil }
        (self.picture, self.mask, self.box) = (picture, mask, box)
    }

    /// The picture and its mask around the region.
    package func cropped(to box: BoundingBox) -> (picture: RGBImage, mask: RGBImage) {
        let part = mask.cropped(to: box)
        let white = part.pixels.flatMap { value in repeatElement(value * 255, count: 3) }
        return (picture.cropped(to: box), RGBImage(width: part.width, height: part.height, pixels: white))
    }

    /// The picture, black outside of the region.
    package var masked: RGBImage { picture.masked(by: mask) }

    /// The picture with the region's outline.
    package var outlined: RGBImage {
        var style = OutlineStyle(shortSide: min(picture.width, picture.height))
        // The region's colours are asked for.
        style.fillOpacity = 0
        var canvas = Canvas(picture)
        if let outline = Outline(mask, margin: Int(style.rim.rounded(.up)) + 1) { canvas.draw(outline, Self.outline, style) }
        return canvas.image
    }

    /// Factor from the picture's pixels to those that are sent.
    static func scale(of picture: RGBImage) -> Double {
        min(1, Double(longestSide) / Double(max(picture.width, picture.height)))
    }

    /// The size in which a picture is sent.
    static func sentSize(of picture: RGBImage) -> PictureSize {
        let scale = scale(of: picture)
        return PictureSize(
            width: max(1, Int((Double(picture.width) * scale).rounded())), height: max(1, Int((Double(picture.height) * scale).rounded())))
    }

    /// A picture as a part of a message.
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
