import Imaging

/// A crop of a camera's frame around one object, as Frigate sends them: a square of 1.4 times the object's longer side (more for
/// small objects), moved to lie inside the frame, then scaled to a height of 500 pixels.
enum ObjectCrop {
    private static let height = 500
    /// Ratio of the object's longer side to that of the crop.
    private static let objectShare = 1 / 1.4

    /// True if an image looks like such a crop.
    /// - Parameters:
    ///   - isMarked: true if the request's marker names a Frigate event.
    ///   - isJPEG: true for a JPEG image, the format Frigate sends.
    static func isLikely(_ picture: RGBImage, isMarked: Bool, isJPEG: Bool) -> Bool {
        // A square larger than the frame is clipped, so only the height is certain.
        picture.height == height && (isMarked || isJPEG && picture.width == height)
    }

    /// The central rectangle that the object occupies.
    static func middle(of picture: RGBImage) -> Rectangle {
        let side = Double(min(picture.width, picture.height)) * objectShare
        return Rectangle(
            left: (Double(picture.width) - side) / 2, top: (Double(picture.height) - side) / 2, width: side, height: side)
    }
}
