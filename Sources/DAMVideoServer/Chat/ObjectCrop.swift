import Imaging

/// A crop of a camera's frame around one object, as Frigate sends them: a square with 1.4 times the object's longer side,
/// larger for small objects, moved into the frame at its border, then made 500 pixels high.
enum ObjectCrop {
    private static let height = 500
    /// The object's longer side over that of the crop.
    private static let objectShare = 1 / 1.4

    /// True if a picture is such a crop by its looks.
    /// - Parameters:
    ///   - isMarked: whether the request says that it is about an event of Frigate's.
    ///   - isJPEG: what Frigate sends.
    static func isLikely(_ picture: RGBImage, isMarked: Bool, isJPEG: Bool) -> Bool {
        // A square larger than the frame is cut off: the height alone is sure.
        picture.height == height && (isMarked || isJPEG && picture.width == height)
    }

    /// The part in the middle that such an object takes.
    static func middle(of picture: RGBImage) -> Rectangle {
        let side = Double(min(picture.width, picture.height)) * objectShare
        return Rectangle(
            left: (Double(picture.width) - side) / 2, top: (Double(picture.height) - side) / 2, width: side, height: side)
    }
}
